using System.Text.Json.Serialization;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Exporter.Views;

/// <summary>How everything that is shown is written as JSON: snake_case, times by RFC 3339, nothing for what is not known.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, UseStringEnumConverter = true, MaxDepth = ViewJson.Deepest)]
[JsonSerializable(typeof(List<ProcessView>))]
[JsonSerializable(typeof(ProcessListView))]
[JsonSerializable(typeof(ProcessInspection))]
[JsonSerializable(typeof(ProcessHistoryView))]
[JsonSerializable(typeof(InspectionAndHistory))]
[JsonSerializable(typeof(TreeView))]
[JsonSerializable(typeof(GroupListView))]
[JsonSerializable(typeof(Telemetry.Analysis.Reports.AnalysisReport))]
[JsonSerializable(typeof(FlowsView))]
[JsonSerializable(typeof(Telemetry.Tracing.Reports.TraceReport))]
[JsonSerializable(typeof(Telemetry.Analysis.Health.HealthReport))]
[JsonSerializable(typeof(StatsView))]
[JsonSerializable(typeof(SupervisorListView))]
[JsonSerializable(typeof(List<SupervisorItemView>))]
[JsonSerializable(typeof(LifecycleView))]
[JsonSerializable(typeof(LifecycleEventView))]
[JsonSerializable(typeof(ActionResultView))]
[JsonSerializable(typeof(BatchView))]
[JsonSerializable(typeof(ActionListView))]
[JsonSerializable(typeof(ActionView))]
[JsonSerializable(typeof(PauseView))]
[JsonSerializable(typeof(DeliveryView))]
[JsonSerializable(typeof(IncidentListView))]
[JsonSerializable(typeof(PolicyListView))]
[JsonSerializable(typeof(PolicyView))]
[JsonSerializable(typeof(ApprovalView))]
[JsonSerializable(typeof(ExplainView))]
[JsonSerializable(typeof(TraceListView))]
[JsonSerializable(typeof(Control.Tracing.TraceRecord))]
[JsonSerializable(typeof(Telemetry.Tracing.Events.EventPage))]
[JsonSerializable(typeof(Telemetry.Tracing.Events.RecordedEvent))]
[JsonSerializable(typeof(DumpListView))]
[JsonSerializable(typeof(Telemetry.Tracing.Heaps.HeapReport))]
[JsonSerializable(typeof(Telemetry.Tracing.Heaps.HeapComparison))]
[JsonSerializable(typeof(DumpView))]
[JsonSerializable(typeof(ArtifactListView))]
[JsonSerializable(typeof(ArtifactView))]
[JsonSerializable(typeof(Linting.LintReport))]
internal sealed partial class ViewJson : JsonSerializerContext
{
    /// <summary>Objects and lists within each other: those of a call tree are two for each of its levels, of which there may be 64.</summary>
    public const int Deepest = 192;

    /// <summary>The same on one line. Made when it is asked for: <see cref="Default"/> is made first then.</summary>
    public static ViewJson OneLine => field ??= new ViewJson(new System.Text.Json.JsonSerializerOptions(Default.Options) { WriteIndented = false });
}

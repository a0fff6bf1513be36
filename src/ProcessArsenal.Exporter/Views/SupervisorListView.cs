using ProcessArsenal.Telemetry.Analysis;

namespace ProcessArsenal.Exporter.Views;

/// <summary>Who starts processes again when they end.</summary>
/// <param name="Time">When the processes were sampled.</param>
/// <param name="Supervisors">By kind and name.</param>
internal sealed record SupervisorListView(DateTimeOffset Time, IReadOnlyList<Supervisor> Supervisors);

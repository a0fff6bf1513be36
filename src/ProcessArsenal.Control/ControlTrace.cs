using System.Diagnostics;
using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Policies.Machine;

namespace ProcessArsenal.Control;

/// <summary>A request as one trace: from the decision over the record and the harm to the outcome. Costs nothing while nobody listens.</summary>
public static class ControlTrace
{
    /// <summary>Of the ActivitySource.</summary>
    public const string Source = "ProcessArsenal.Control";

    private static readonly ActivitySource Spans = new(Source);

    /// <summary>All of it.</summary>
    internal static Activity? Begin(ControlRequest request) => Spans.StartActivity($"control {request.Action.Name}")
        ?.SetTag("process_controller.action", request.Action.Name).SetTag("process_controller.parameters", request.Action.Parameters).SetTag("process_controller.trigger", request.Trigger)
        .SetTag("process_controller.caller", request.Caller.Name).SetTag("process_controller.policy", request.Policy).SetTag("process_controller.preview", request.IsPreview);

    /// <summary>Policies are told of an alert: the first span of all that follows from it, from its delivery on.</summary>
    /// <param name="traceId">Of its incident.</param>
    /// <returns>Its id, of which what follows is a part; null while nobody listens.</returns>
    internal static string? Told(AlertEvent alert, string traceId)
    {
        if (!Spans.HasListeners() || ContextOf(traceId, null) is not { } context) return null;
        using Activity? span = Spans.StartActivity(ActivityKind.Consumer, context, startTime: alert.ReceivedAt, name: $"alert {AlertNames.Of(alert.Kind)}");
        span?.SetTag("process_controller.delivery", alert.DeliveryId).SetTag("process_controller.incident", alert.IncidentId).SetTag("process_controller.alert", alert.Labels.GetValueOrDefault("alertname"));
        return span?.SpanId.ToHexString();
    }

    /// <summary>A step of a policy, in the trace of its run.</summary>
    internal static Activity? Step(string policy, string step, PolicyRun run) => !Spans.HasListeners() || ContextOf(run.TraceId, run.SpanId) is not { } context ? null
        : Spans.StartActivity($"policy {step}", ActivityKind.Internal, context)?.SetTag("process_controller.policy", policy).SetTag("process_controller.run", run.Id);

    /// <summary>A run has ended: what was seen since its last action.</summary>
    internal static void Verified(RunEnded ended)
    {
        if (!Spans.HasListeners() || ContextOf(ended.Run.TraceId, ended.Run.SpanId) is not { } context) return;
        using Activity? span = Spans.StartActivity(ActivityKind.Internal, context, startTime: ended.Run.Since, name: "policy verify");
        span?.SetTag("process_controller.policy", ended.Policy).SetTag("process_controller.run", ended.Run.Id).SetTag("process_controller.result", ended.Result.ToString());
        if (ended.Result is RunResult.NotCured or RunResult.Refused) span?.SetStatus(ActivityStatusCode.Error, ended.Why);
    }

    /// <summary>Whoever began it is not under way any more, or was an earlier run of ours: what belongs together has its number.</summary>
    /// <param name="traceId">32 hexadecimal digits.</param>
    /// <param name="spanId">16 of them; null: a root.</param>
    private static ActivityContext? ContextOf(string traceId, string? spanId) => IsHex(traceId, 32)
        ? new ActivityContext(ActivityTraceId.CreateFromString(traceId), spanId is not null && IsHex(spanId, 16) ? ActivitySpanId.CreateFromString(spanId) : default, ActivityTraceFlags.Recorded) : null;

    private static bool IsHex(string text, int length) => text.Length == length && text.All(char.IsAsciiHexDigitLower);

    /// <summary>A part of it: hold (who is meant, and how far it reaches), guards, record.</summary>
    internal static Activity? Part(string name) => Spans.StartActivity(name);

    /// <summary>One of those to whom it is done.</summary>
    internal static Activity? Target(Attempt attempt) => Spans.StartActivity("act")
        ?.SetTag("process.pid", attempt.Target.Identity.Pid).SetTag("process_controller.target", attempt.Target.Label).SetTag("process_controller.action_id", attempt.Id);

    /// <summary>What came of one; with the head of the ledger, which is kept off the host by that.</summary>
    internal static void End(Activity? span, TargetResult result, LedgerHead? head)
    {
        if (span is null) return;
        span.SetTag("process_controller.outcome", result.Outcome?.ToString()).SetTag("process_controller.guard", result.Guard).SetTag("process_controller.owner", result.Owner);
        if (head is { } last) span.SetTag("process_controller.audit_head", last.Hash).SetTag("process_controller.audit_sequence", last.Sequence);
        if (result.Outcome is OutcomeKind.Failed or OutcomeKind.Refused) span.SetStatus(ActivityStatusCode.Error, result.Reason);
    }
}

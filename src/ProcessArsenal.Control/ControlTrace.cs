using System.Diagnostics;
using ProcessArsenal.Control.Ledger;

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

    /// <summary>A step of a policy, in the trace of its run.</summary>
    /// <param name="traceId">32 hexadecimal digits.</param>
    internal static Activity? Step(string policy, string run, string step, string traceId)
    {
        if (!Spans.HasListeners() || traceId.Length != 32) return null;
        // Whoever began the run is not under way any more: what belongs together has its number.
        var parent = new ActivityContext(ActivityTraceId.CreateFromString(traceId), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        return Spans.StartActivity($"policy {step}", ActivityKind.Internal, parent)?.SetTag("process_controller.policy", policy).SetTag("process_controller.run", run);
    }

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

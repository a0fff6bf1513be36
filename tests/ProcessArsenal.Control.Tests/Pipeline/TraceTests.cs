using System.Collections.Concurrent;
using System.Diagnostics;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;

namespace ProcessArsenal.Control.Tests.Pipeline;

[Collection("Control")]
public sealed class TraceTests : IDisposable
{
    private readonly ControlPlace _place = new();
    private readonly ConcurrentQueue<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == ControlTrace.Source,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _place.Dispose();
    }

    [Fact]
    public async Task A_request_is_one_trace_which_the_ledger_names()
    {
        Victim one = _place.Start(), two = _place.Start();
        ControlResult result = await _place.Run(ControlPlace.Ask(new KillAction(), TargetSelection.Of(one.Identity, two.Identity)));
        Activity[] spans = [.. _ended];
        Activity whole = Assert.Single(spans, static span => span.OperationName == "control kill");
        Assert.Equal(["act", "act", "control kill", "guards", "hold", "record"], spans.Select(static span => span.OperationName).Order(StringComparer.Ordinal));
        Assert.All(spans, span => Assert.Equal(whole.TraceId, span.TraceId));
        Assert.All(spans.Where(span => span != whole && span.OperationName != "guards"), span => Assert.Equal(whole.SpanId, span.ParentSpanId));
        foreach (TargetResult target in result.Targets)
        {
            Activity act = Assert.Single(spans, span => Equals(span.GetTagItem("process_controller.action_id"), target.Action));
            Assert.Equal(("Succeeded", target.Target.Identity.ToString()), (act.GetTagItem("process_controller.outcome"), act.GetTagItem("process_controller.target")));
            Assert.Equal(64, Assert.IsType<string>(act.GetTagItem("process_controller.audit_head")).Length);
            Assert.Equal(whole.TraceId.ToHexString(), _place.Ledger!.Reader.Find(target.Action!.Value)!.Intent.TraceId);
        }
    }

    [Fact]
    public async Task What_is_refused_at_the_last_moment_is_an_error_with_its_guard()
    {
        Victim victim = _place.Start();
        _place.Pipeline.BeforeHarm = async _ => await _place.Pipeline.PauseAsync(new PauseState("tester", "enough", DateTimeOffset.UnixEpoch, null));
        Assert.Equal(OutcomeKind.Refused, (await _place.Do(new KillAction(), victim)).Outcome);
        Activity act = Assert.Single(_ended, static span => span.OperationName == "act");
        Assert.Equal((ActivityStatusCode.Error, "pause"), (act.Status, act.GetTagItem("process_controller.guard")));
        Assert.True(victim.IsAlive);
    }
}

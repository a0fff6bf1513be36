using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Ticks are seconds; the meters are told each second.</summary>
public sealed class MeterPulseTests
{
    private static readonly TraceHeader Header = new(DateTimeOffset.UnixEpoch, 0, 1, 8, 1);

    private readonly MeterPulse _pulse = new(TimeSpan.FromSeconds(1));

    [Fact]
    public void Meters_that_were_never_told_have_stopped_after_a_while()
    {
        foreach (int second in (int[])[100, 105, 110, 113]) Beat(second);
        Assert.False(_pulse.HasStopped);
        Beat(114);
        Assert.True(_pulse.HasStopped);
    }

    [Fact]
    public void Those_that_come_again_go_on()
    {
        foreach (int second in (int[])[100, 105, 110]) Beat(second);
        _pulse.Told(Event(110), 1);
        foreach (int second in (int[])[115, 120, 123]) Beat(second);
        _pulse.Told(Event(123), 1); // Not a whole interval.
        Assert.False(_pulse.HasStopped);
        Beat(124);
        Assert.True(_pulse.HasStopped);
        _pulse.Told(Event(125), 2);
        Assert.False(_pulse.HasStopped);
        Beat(126);
        Assert.False(_pulse.HasStopped);
    }

    [Fact]
    public void Who_stood_still_as_a_whole_has_not_stopped_telling_them()
    {
        Beat(100);
        _pulse.Told(Event(100), 1);
        Beat(900);
        Beat(905);
        Assert.False(_pulse.HasStopped);
        Beat(910);
        Beat(914);
        Assert.True(_pulse.HasStopped);
    }

    private void Beat(long ticks) => _pulse.Beat(Event(ticks), Header);

    private static NetTraceEvent Event(long ticks) => new(new EventMetadata("", 1, "", 0, 0, 4, []), ticks, 0, []);
}

using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Analysis;

public sealed class PipeProbeTests : IDisposable
{
    private const string Waits = "anon_pipe_write", Elsewhere = "do_poll";

    private readonly SamplerBench _bench = new();
    private readonly ProcFs _proc;
    private readonly PipeProbe _probe;

    public PipeProbeTests()
    {
        _proc = ProcFs.Open(_bench.Proc.Root);
        _probe = new PipeProbe(_proc, _bench.Time);
    }

    public void Dispose()
    {
        _proc.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public void Who_waits_for_room_in_a_pipe_for_a_minute_is_told()
    {
        _bench.Proc.Process(10, static process => process.WaitChannel = Elsewhere).Process(11, static process => process.WaitChannel = Waits);
        _bench.Tick();
        Assert.Empty(Look(30));
        Assert.Empty(Look(30));
        Assert.Equal([11], Look(30));
        Assert.Equal([11], Look(30));
    }

    [Fact]
    public void One_that_did_not_wait_and_has_run_since_is_looked_at_again_at_once()
    {
        _bench.Proc.Process(11, static process => process.WaitChannel = Elsewhere);
        _bench.Tick();
        Look(30);
        Look(30);
        _bench.Proc.Process(11, static process => (process.WaitChannel, process.UserTicks) = (Waits, process.UserTicks + 1));
        _bench.Tick(1);
        Look(30);
        Look(30);
        Assert.Equal([11], Look(30));
    }

    /// <summary>In less than the kernel counts one can write what fills a pipe.</summary>
    [Theory]
    [InlineData(10), InlineData(11), InlineData(12), InlineData(15), InlineData(17)]
    public void One_that_seems_not_to_have_run_is_looked_at_now_and_then(int pid)
    {
        _bench.Proc.Process(pid, static process => process.WaitChannel = Elsewhere);
        _bench.Tick();
        Look(30);
        _bench.Proc.Process(pid, static process => process.WaitChannel = Waits);
        int looks = 1;
        while (Look(30).Length == 0) Assert.True(++looks <= 10);
    }

    [Fact]
    public void Who_has_run_between_two_looks_waits_anew()
    {
        _bench.Proc.Process(11, static process => process.WaitChannel = Waits);
        _bench.Tick();
        Look(30);
        Look(30);
        _bench.Proc.Process(11, static process => process.VoluntarySwitches++);
        Assert.Empty(Look(30));
        Assert.Empty(Look(30));
        Assert.Equal([11], Look(30));
    }

    /// <returns>The pids of those that are stuck.</returns>
    private int[] Look(double seconds)
    {
        _bench.Tick(seconds);
        using SnapshotLease lease = _bench.Store.Acquire();
        Snapshot snapshot = lease.Snapshot!;
        return [.. _probe.Look(snapshot).Select(writer => snapshot.Processes[writer.Index].Sample.Identity.Pid)];
    }
}

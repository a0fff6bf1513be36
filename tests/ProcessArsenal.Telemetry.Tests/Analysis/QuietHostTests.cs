using System.Globalization;
using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Sampling;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Analysis;

/// <summary>A recording of a real host on which nothing is wrong, tests/golden/quiet-host.txt, played over and over for 24 hours: nothing is found.
/// scripts/record-host.sh made it; QUIET_EVERY=1 plays every sample of it, every sixth by default.</summary>
public sealed class QuietHostTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    [Fact]
    public void Nothing_is_found_for_a_day()
    {
        int every = int.Parse(Environment.GetEnvironmentVariable("QUIET_EVERY") ?? "6", CultureInfo.InvariantCulture);
        HostRecording recording = HostRecording.Read(Path.Join(Golden.Root(), "tests/golden/quiet-host.txt"));
        var between = TimeSpan.FromSeconds(recording.Interval * every);
        using var bench = new SamplerBench(new SamplingOptions { Interval = between, SmapsBudget = TimeSpan.Zero });
        var host = new ReplayedHost(recording, bench.Proc, bench.Now);
        int looks = 0, ticks = 0, most = 0;
        for (TimeSpan passed = TimeSpan.Zero; passed < Day; passed += between)
        {
            for (int i = 0; i < every; i++) host.Advance();
            bench.LetPass(between.TotalSeconds);
            host.Write(bench.Now);
            bench.Sampler.Tick();
            if (ticks++ % 2 != 0) continue;
            looks++;
            using SnapshotLease lease = bench.Store.Acquire();
            most = Math.Max(most, lease.Snapshot!.ProcessCount);
            List<LifecycleEvent> events = bench.Sampler.Lifecycle.Since(lease.Snapshot.Time - Evidence.Window, out DateTimeOffset since);
            List<Finding> found = Detectors.Find(new Evidence(lease.Snapshot, events, since));
            Assert.True(found.Count == 0, $"after {passed}: {string.Join("\n", found.Select(static one => $"{one.Kind}: {one.Process?.Name} {one.Process?.Pid} {one.Group}: {one.What}"))}");
        }
        output.WriteLine($"{recording.Ticks} samples of {recording.Interval} s, up to {most} processes at once, {host.Starts} started; {ticks} ticks of {between.TotalSeconds} s, looked at {looks} times");
        Assert.True(most >= 20, $"{most} processes are no host.");
    }
}

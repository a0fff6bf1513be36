using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Events;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>Which of those that ended by SIGKILL were killed as memory ran out: over a fixture tree with a v1 hierarchy.</summary>
public sealed class OomKillsTests : IDisposable
{
    private readonly FixtureProc _tree = new();
    private readonly FakeTimeProvider _time = new();
    private readonly SignalBoard _signals = new();
    private readonly ProcFs _proc;
    private readonly OomKills _kills;

    public OomKillsTests()
    {
        Directory.CreateDirectory(Path.Join(_tree.Root, "self"));
        File.WriteAllText(Path.Join(_tree.Root, "self/mountinfo"), $"1 2 0:1 / {_tree.Root}/cgroup rw - cgroup cgroup rw,memory\n");
        Count("a", 0);
        Count("b", 5);
        _proc = ProcFs.Open(_tree.Root);
        _kills = new OomKills(_proc, _time, _signals);
        _tree.OomKills(100);
        _kills.Decide();
        _kills.Watch("/a");
        _kills.Watch("/b");
    }

    [Fact]
    public void A_kill_that_the_group_has_counted_explains_one_end()
    {
        _tree.OomKills(101);
        Count("b", 6);
        Assert.Equal([false, true, false], Decide(Suspect("/a"), Suspect("/b", 50), Suspect("/b", 10)));
        Assert.Equal([false], Decide(Suspect("/b")));
    }

    [Fact]
    public void Without_a_rise_of_the_machines_counter_nobody_was_killed_and_nothing_is_read()
    {
        Count("b", 9);
        Assert.Equal([false, false], Decide(Suspect("/b"), Suspect(null)));
    }

    [Fact]
    public void The_end_may_be_seen_a_while_after_the_kill_but_not_long_after()
    {
        _tree.OomKills(102);
        Count("b", 7);
        Decide();
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal([true], Decide(Suspect("/b")));
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal([false], Decide(Suspect("/b")));
    }

    [Fact]
    public void Where_the_group_is_gone_or_unknown_the_machines_counter_explains_all_or_none()
    {
        Directory.Delete(Path.Join(_tree.Root, "cgroup/b"), recursive: true);
        _tree.OomKills(102);
        Assert.Equal([true, true], Decide(Suspect("/b"), Suspect(null)));
        _tree.OomKills(103);
        Assert.Equal([false, false], Decide(Suspect("/b"), Suspect("/never-watched")));
        _tree.OomKills(104); // One of the two that are counted now is told apart: it was in a.
        Count("a", 1);
        Assert.Equal([true, true], Decide(Suspect("/a"), Suspect(null)));
    }

    [Fact]
    public void A_kill_in_a_watched_group_explains_no_end_elsewhere()
    {
        _tree.OomKills(101);
        Count("a", 1);
        Assert.Equal([false], Decide(Suspect(null)));
    }

    [Fact]
    public void Who_may_have_been_moved_is_looked_for_elsewhere_too()
    {
        _tree.OomKills(101);
        var parent = new ProcessDescription { Name = "runtime", MemoryCgroup = "/a" };
        var moved = new ProcessLife(7) { HasExecuted = true, Inherited = parent };
        var stayed = new ProcessLife(8) { Inherited = parent };
        Assert.Equal([true, false], Decide(_kills.Suspect(moved, null), _kills.Suspect(stayed, null)));
    }

    [Fact]
    public void A_kernel_that_does_not_count_is_a_signal_that_is_not_available()
    {
        _tree.OomKills(null);
        Assert.Equal([false], Decide(Suspect("/b")));
        Assert.Contains(_signals.List, signal => signal is { Name: OomKills.Signal, Available: false } && signal.Reason.Contains("4.13", StringComparison.Ordinal));
    }

    [Fact]
    public void Groups_are_bounded_and_make_room_when_they_are_gone()
    {
        for (int i = 0; i < 2 * OomKills.MostGroups; i++)
        {
            Count("c", 0);
            _kills.Watch($"/none/{i}");
        }
        _time.Advance(TimeSpan.FromMinutes(2));
        _kills.Watch("/none/x");
        _kills.Watch("/c");
        _tree.OomKills(101);
        Count("c", 1);
        Assert.Equal([true, false], Decide(Suspect("/c"), Suspect("/none/1")));
    }

    [Fact]
    public void A_tick_without_kills_allocates_nothing()
    {
        for (int i = 0; i < 100; i++) Tick();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) Tick();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Tick()
        {
            _kills.Decide();
            _kills.Watch("/a");
        }
    }

    public void Dispose()
    {
        _proc.Dispose();
        _tree.Dispose();
    }

    private static bool[] Answers(OomSuspect[] suspects) => [.. suspects.Select(suspect => suspect.WasKilled)];

    private bool[] Decide(params OomSuspect[] suspects)
    {
        _kills.Decide();
        return Answers(suspects);
    }

    private OomSuspect Suspect(string? cgroup, long resident = 1)
    {
        var process = new TrackedProcess(new ProcessIdentity(1, 2, 3), null, null) { Description = new ProcessDescription { Name = "x", MemoryCgroup = cgroup } };
        process.Sample.Stat.ResidentPages = resident;
        return _kills.Suspect(process);
    }

    private void Count(string cgroup, int kills)
    {
        string folder = Path.Join(_tree.Root, "cgroup", cgroup);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Join(folder, "memory.oom_control"), $"oom_kill_disable 0\nunder_oom 0\noom_kill {kills}\n");
    }
}

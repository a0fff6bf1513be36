using CsCheck;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>Random lives of a few processes, against a model of what each group must have been credited.</summary>
public sealed class SamplerModelTests
{
    private enum Act
    {
        Start,
        Burn,
        Exit,
        Exec,
        Tick,
    }

    [Fact]
    public void Group_counters_equal_the_model_and_never_fall()
    {
        Gen<(Act, int, int)[]> lives = Gen.Select(Gen.Enum<Act>(), Gen.Int[0, 4], Gen.Int[1, 500]).Array[5, 60];
        lives.Sample(Play, iter: 150);
    }

    private static void Play((Act Act, int Process, int Amount)[] acts)
    {
        using var bench = new SamplerBench(new SamplingOptions { GroupLinger = TimeSpan.FromHours(24) });
        var alive = new Dictionary<int, Life>();
        var credit = new Dictionary<string, long>();
        var starts = new Dictionary<string, long>();
        var exits = new Dictionary<string, long>();
        bool baseline = true;
        foreach ((Act act, int process, int amount) in acts.Append((Act.Tick, 0, 0)))
        {
            int pid = 10 + process;
            switch (act)
            {
                case Act.Start when !alive.ContainsKey(pid):
                    alive[pid] = new Life { Group = amount % 2 == 0 ? "even" : "odd" };
                    bench.Proc.Process(pid, p => (p.StartTicks, p.UserTicks, p.Executable) = (bench.Now, 0, "/bin/" + alive[pid].Group));
                    break;
                case Act.Burn when alive.TryGetValue(pid, out Life? life):
                    life.Used += amount;
                    bench.Proc.Process(pid, p => p.UserTicks = (ulong)life.Used);
                    break;
                case Act.Exec when alive.TryGetValue(pid, out Life? life):
                    life.Group = life.Group == "even" ? "odd" : "even";
                    bench.Proc.Process(pid, p => (p.ArgumentStart, p.Executable) = (p.ArgumentStart + 1, "/bin/" + life.Group));
                    break;
                case Act.Exit when alive.Remove(pid, out Life? life):
                    if (life.Seen is { } group) exits[group] = exits.GetValueOrDefault(group) + 1;
                    bench.Proc.Exit(pid);
                    break;
                case Act.Tick:
                    foreach (Life life in alive.Values)
                    {
                        bool isNew = life.Seen is null && !baseline;
                        long from = life.Seen is null && baseline ? life.Used : life.Credited;
                        credit[life.Group] = credit.GetValueOrDefault(life.Group) + life.Used - from;
                        if (isNew) starts[life.Group] = starts.GetValueOrDefault(life.Group) + 1;
                        (life.Credited, life.Seen) = (life.Used, life.Group);
                    }
                    baseline = false;
                    Check(bench.Tick(), alive, credit, starts, exits);
                    break;
            }
        }
    }

    private static void Check(
        Dictionary<string, double> values, Dictionary<int, Life> alive,
        Dictionary<string, long> credit, Dictionary<string, long> starts, Dictionary<string, long> exits)
    {
        foreach (string group in credit.Keys)
        {
            Assert.Equal(credit[group] / 100.0, values[$"process_group_cpu_time_seconds_total{{group=\"{group}\",cpu_mode=\"user\"}}"]);
            Assert.Equal(starts.GetValueOrDefault(group), values[$"process_group_starts_total{{group=\"{group}\"}}"]);
            Assert.Equal(exits.GetValueOrDefault(group), values[$"process_group_exits_total{{group=\"{group}\",outcome=\"unknown\"}}"]);
            Assert.Equal(alive.Values.Count(life => life.Group == group), values[$"process_group_processes{{group=\"{group}\"}}"]);
        }
    }

    private sealed class Life
    {
        public required string Group { get; set; }
        public long Used { get; set; }
        public long Credited { get; set; }

        /// <summary>Group in the last sample; null if no sample saw it.</summary>
        public string? Seen { get; set; }
    }
}

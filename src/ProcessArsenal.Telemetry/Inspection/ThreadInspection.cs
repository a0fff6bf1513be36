using System.Text;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>The threads: what they do, and what they wait for.</summary>
internal static class ThreadInspection
{
    /// <summary>Threads that are looked at to find those that use most.</summary>
    private const int MostRead = 4096;

    public static ThreadList? Read(InspectionRun run)
    {
        var ids = new List<int>();
        if (!run.IsOk(run.Directory.ListThreads(run.Buffer, ids, MostRead, out int count), "threads", InspectionRun.Ptrace)) return null;
        var states = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var threads = new List<(int Tid, string Name, string? State, double Cpu)>(ids.Count);
        foreach (int id in ids)
        {
            if (run.IsLate)
            {
                run.Late("threads");
                break;
            }
            if (run.Directory.ReadThreadStat(id, run.Buffer, out ProcStat stat, out ReadOnlySpan<byte> name) != ReadOutcome.Ok) continue; // It has ended.
            string? state = ProcessStates.NameOf(stat.State);
            states[state ?? "unknown"] = states.GetValueOrDefault(state ?? "unknown") + 1;
            threads.Add((id, Encoding.UTF8.GetString(name), state, (stat.UserTicks + stat.SystemTicks) / (double)SystemConstants.ClockTicksPerSecond));
        }
        // Those that use most, and of those that use nothing the first.
        threads.Sort(static (a, b) => a.Cpu != b.Cpu ? b.Cpu.CompareTo(a.Cpu) : a.Tid.CompareTo(b.Tid));
        var list = new List<ThreadUse>();
        foreach ((int tid, string name, string? state, double cpu) in threads)
        {
            if (list.Count == run.Options.MostThreads || run.IsLate) break;
            list.Add(new ThreadUse(tid, name, state, WaitChannel(run, tid), cpu));
        }
        return new ThreadList(count, states, list, count > list.Count ? count - list.Count : null);
    }

    /// <summary>The kernel says 0 for one that runs, and to those who may not know.</summary>
    private static string? WaitChannel(InspectionRun run, int thread)
    {
        if (run.Directory.ReadThreadWaitChannel(thread, run.Buffer, out ReadOnlySpan<byte> name) != ReadOutcome.Ok) return null;
        return name.Length > 0 && !name.SequenceEqual("0"u8) ? Encoding.UTF8.GetString(name) : null;
    }
}

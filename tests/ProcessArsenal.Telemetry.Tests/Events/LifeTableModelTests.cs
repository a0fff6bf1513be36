using CsCheck;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Events;

namespace ProcessArsenal.Telemetry.Tests.Events;

/// <summary>Random histories of a machine with few pids, told as the kernel tells them, late exits and zombies included: each process is counted
/// exactly once, by the tracker or by the table, with its own exit status and its own CPU time.</summary>
public sealed class LifeTableModelTests
{
    private const int Pids = 6;

    private sealed class Process(int pid, int number)
    {
        public int Pid { get; } = pid;

        /// <summary>Exit status and CPU time that no other has.</summary>
        public int Number { get; } = number;

        public bool IsZombie { get; set; }

        public ProcessLife? Adopted { get; set; }

        public int TimesCounted { get; set; }
    }

    /// <summary>Steps: 0-2 start, 3-4 end, 5 wait for (with the exit told late or not), 6 tick.</summary>
    [Fact]
    public void Each_process_is_counted_once_with_what_is_its_own() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, Pids - 1], Gen.Bool).Array[1, 120].Sample(steps => Run(steps), iter: 3_000);

    private static void Run((int Kind, int Pid, bool Late)[] steps)
    {
        var table = new LifeTable(hasEvents: true, hasRecords: true);
        var all = new List<Process>();
        var byPid = new Process?[Pids + 1];
        var late = new Queue<Process>();
        Tick(table, all, byPid);
        foreach ((int kind, int index, bool isLate) in steps)
        {
            int pid = index + 1;
            Process? current = byPid[pid];
            if (kind <= 2 && current is null)
            {
                all.Add(byPid[pid] = new Process(pid, all.Count + 1));
                table.Apply(new ProcEvent { Kind = ProcEventKind.Fork, Thread = pid, Pid = pid, ParentPid = 99, Nanoseconds = (ulong)all.Count });
                // What is told late is told before anything else can happen to that pid twice.
                while (late.TryDequeue(out Process? before)) TellExit(table, before);
            }
            else if (kind is 3 or 4 && current is { IsZombie: false })
            {
                current.IsZombie = true;
                table.Apply(new Taskstats { Id = pid, Pid = pid, IsLastOfProcess = true, CpuNanoseconds = (ulong)current.Number, ExitStatus = current.Number << 8 }, "x"u8);
                if (isLate) late.Enqueue(current);
                else TellExit(table, current);
            }
            else if (kind == 5 && current is { IsZombie: true })
            {
                byPid[pid] = null;
            }
            else if (kind == 6)
            {
                Tick(table, all, byPid);
                while (late.TryDequeue(out Process? before)) TellExit(table, before); // In truth it is microseconds.
            }
        }
        foreach (Process process in byPid.OfType<Process>().Where(process => !process.IsZombie))
        {
            table.Apply(new Taskstats { Id = process.Pid, Pid = process.Pid, IsLastOfProcess = true, CpuNanoseconds = (ulong)process.Number, ExitStatus = process.Number << 8 }, "x"u8);
            TellExit(table, process);
        }
        while (late.TryDequeue(out Process? left)) TellExit(table, left);
        Array.Clear(byPid);
        for (int i = 0; i < 3; i++) Tick(table, all, byPid);
        Assert.All(all, process => Assert.Equal(1, process.TimesCounted));
        Assert.Equal(0, table.Count);
    }

    private static void TellExit(LifeTable table, Process process) => table.Apply(
        new ProcEvent { Kind = ProcEventKind.Exit, Thread = process.Pid, Pid = process.Pid, Status = process.Number << 8, Nanoseconds = 1000 });

    /// <summary>What the tracker does: adopt whom the listing shows, settle whom it no longer shows, then take the others.</summary>
    private static void Tick(LifeTable table, List<Process> all, Process?[] byPid)
    {
        foreach (Process process in all.Where(process => process.Adopted is not null && byPid[process.Pid] != process && process.TimesCounted == 0))
        {
            table.Settle(process.Adopted!);
            Count(process, process.Adopted!);
        }
        foreach (Process process in byPid.OfType<Process>()) process.Adopted ??= table.Adopt(process.Pid, null);
        var ended = new List<ProcessLife>();
        table.TakeEnded([.. byPid.OfType<Process>().Select(process => process.Pid).Order()], 1000, ended);
        foreach (ProcessLife life in ended) Count(all[(int)life.Usage.CpuNanoseconds - 1], life);
    }

    private static void Count(Process process, ProcessLife life)
    {
        process.TimesCounted++;
        Assert.Equal(process.Number, (int)life.Usage.CpuNanoseconds);
        Assert.Equal(process.Number, life.Exit!.Value.Code == 0 ? 0 : life.Exit.Value.Raw >> 8);
    }
}

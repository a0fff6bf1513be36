using CsCheck;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Events;

namespace ProcessArsenal.Telemetry.Tests.Events;

/// <summary>Random histories of a machine with few pids, in the order in which a tick really works: it settles whom it knew and finds gone, adopts whom it
/// finds (some before their fork is told, seconds late, some that are gone before they are read), ends whom no listing has, and takes the others. Each process is counted
/// exactly once.</summary>
public sealed class LifeTableTickTests
{
    private const int Pids = 5;
    private const ulong Second = 1_000_000_000;

    private sealed class Process(int pid, int number, ulong born)
    {
        public int Pid { get; } = pid;
        public int Number { get; } = number;
        public ulong Born { get; } = born;
        public bool HasEnded { get; set; }
        public bool IsReaped { get; set; }
        public ProcessLife? Life { get; set; }
        public bool IsTracked { get; set; }
        public int TimesCounted { get; set; }
    }

    private sealed class Machine
    {
        private readonly LifeTable _table = new(hasEvents: true, hasRecords: true);
        private readonly List<Process> _all = [];
        private readonly Process?[] _byPid = new Process?[Pids + 1];
        private readonly Queue<Action> _untold = new();
        private ulong _now = 1000 * Second, _lastTick;

        public void Step(int kind, int pid, bool isLate)
        {
            _now += 60 * Second; // No pid is used again at once.
            Process? current = _byPid[pid];
            if (kind <= 2 && (current is null || current.IsReaped))
            {
                var born = new Process(pid, _all.Count + 1, _now);
                _all.Add(_byPid[pid] = born);
                Tell(isLate, () => _table.Apply(new ProcEvent { Kind = ProcEventKind.Fork, Thread = pid, Pid = pid, ParentPid = 99, Nanoseconds = born.Born + (isLate ? (ulong)(born.Number % 20) : 0) * Second }));
            }
            else if (kind is 3 or 4 && current is { HasEnded: false }) End(current, isLate);
            else if (kind == 5 && current is { HasEnded: true }) current.IsReaped = true;
            else if (kind == 6) Tick(vanishing: null);
            else if (kind == 7) Tick(vanishing: current);
        }

        public void Finish()
        {
            foreach (Process process in _byPid.OfType<Process>().Where(process => !process.HasEnded)) End(process, isLate: false);
            foreach (Process process in _all) process.IsReaped = true;
            for (int i = 0; i < 4; i++) Tick(vanishing: null);
            Assert.All(_all, process => Assert.Equal((process.Number, 1), (process.Number, process.TimesCounted)));
            Assert.Equal(0, _table.Count);
        }

        private void End(Process process, bool isLate)
        {
            process.HasEnded = true;
            // The record is there before the parent is woken; the exit is told after.
            Tell(isLate: false, () => _table.Apply(new Taskstats { Id = process.Pid, Pid = process.Pid, IsLastOfProcess = true, CpuNanoseconds = (ulong)process.Number, ExitStatus = process.Number << 8 }, "x"u8));
            ulong ended = _now;
            Tell(isLate, () => _table.Apply(new ProcEvent { Kind = ProcEventKind.Exit, Thread = process.Pid, Pid = process.Pid, Status = process.Number << 8, Nanoseconds = ended }));
        }

        /// <summary>What is late waits in the socket until the next tick takes it; all before it does too.</summary>
        private void Tell(bool isLate, Action told)
        {
            _untold.Enqueue(told);
            if (!isLate) Pump();
        }

        private void Pump()
        {
            while (_untold.TryDequeue(out Action? told)) told();
        }

        /// <param name="vanishing">Ends between being opened and being read, and is reaped.</param>
        private void Tick(Process? vanishing)
        {
            ulong began = _now;
            // Those that are found gone: not zombies, which are still read.
            foreach (Process process in _all.Where(process => process.IsTracked && process.IsReaped))
            {
                process.IsTracked = false;
                Pump();
                _table.Settle(process.Life!);
                Count(process, process.Life!);
            }
            foreach (Process process in _byPid.OfType<Process>().Where(process => !process.IsReaped && !process.IsTracked).ToArray())
            {
                ProcessLife life = _table.Adopt(process.Pid, process.Born);
                if (process == vanishing && !process.HasEnded)
                {
                    End(process, isLate: process.Number % 2 == 0);
                    process.IsReaped = true;
                    _table.Abandon(life);
                    continue;
                }
                (process.Life, process.IsTracked) = (life, true);
            }
            Pump();
            List<int> listing = [.. _byPid.OfType<Process>().Where(process => !process.IsReaped).Select(process => process.Pid).Order()];
            if (_lastTick > 0) _table.EndUnlisted(listing, _lastTick);
            var ended = new List<ProcessLife>();
            _table.TakeEnded(listing, _now, ended);
            foreach (ProcessLife life in ended) Count(_all[(int)life.Usage.CpuNanoseconds - 1], life);
            _lastTick = began;
        }

        private static void Count(Process process, ProcessLife life)
        {
            process.TimesCounted++;
            Assert.Equal(process.Number, (int)life.Usage.CpuNanoseconds);
        }
    }

    [Fact]
    public void Each_process_is_counted_once() => Gen.Select(Gen.Int[0, 7], Gen.Int[1, Pids], Gen.Bool).Array[1, 80].Sample(steps =>
    {
        var machine = new Machine();
        machine.Step(6, 1, false);
        foreach ((int kind, int pid, bool isLate) in steps) machine.Step(kind, pid, isLate);
        machine.Finish();
    }, iter: 20_000);
}

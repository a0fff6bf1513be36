using ProcessArsenal.Control.Interop;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Supervision;

/// <summary>Between a supervisor and its record: what a run of ours leaves to the next one.</summary>
internal static class EarlierRun
{
    private static readonly TimeSpan LongestAge = TimeSpan.FromDays(3650);

    /// <summary>Takes up what there is: restarts and latch, and children that live on; those that ended meanwhile get a life that is over.</summary>
    public static async Task<(uint Boot, IReadOnlyList<(RecordedChild, ProcessIdentity)> Unconfigured, string? Trouble)> Find(
        RecordFile file, ChildSeat[] seats, SupervisorSpec spec, SupervisorMachine machine, TimeProvider time, TimeSpan now, CancellationToken cancellation)
    {
        using ProcFs proc = ProcFs.Open();
        SupervisorRecord? record = file.Read(out string? trouble);
        DateTimeOffset wall = time.GetUtcNow();
        bool sameBoot = record?.Boot == proc.BootId;
        if (record is not null && sameBoot)
        {
            var indexes = spec.Children.Select((child, i) => (child.Name, i)).ToDictionary(pair => pair.Name, pair => pair.i);
            machine.Restore(record.LatchedSince is { } since ? At(since) : null, record.LatchedWhy,
                record.Failures.Select(failure => (At(failure.At), indexes.GetValueOrDefault(failure.Child, -1))));
        }
        ILookup<FileKey, int> inputs = Remains.Inputs(proc);
        foreach (ChildSeat seat in seats)
        {
            RecordedChild? recorded = record?.Children.FirstOrDefault(child => child.Name == seat.Spec.Name);
            ChildSlot slot = machine.Slots[seat.Index];
            if (recorded is not null)
            {
                (slot.Restarts, seat.LastEnd) = (recorded.Restarts, recorded.LastEnd);
                // After a boot all begins anew, but for what an operator has stopped.
                if (sameBoot) slot.Failures = recorded.Failures;
                if (sameBoot || recorded.Wish == ChildWish.Stopped) slot.Wish = recorded.Wish;
            }
            if (Adoption.Find(proc, recorded, seat.Files, inputs, time) is { } life)
            {
                seat.Begin(life);
                machine.Launched(seat.Index, At(life.Started));
                if (slot.Wish is ChildWish.Ended or ChildWish.Failed) slot.Wish = ChildWish.Up; // It does run.
                continue;
            }
            // Whoever can't be held for want of descriptors looks as if he had ended.
            using (Pidfd? probe = Pidfd.Open(Environment.ProcessId))
                if (probe is null) throw new IOException("There are no descriptors to spare, or pidfd_open(2) is not let through.");
            ChildLife over = Adoption.Over(proc, recorded, seat.Files, time);
            if (sameBoot && recorded is { Identity: not null, Wish: ChildWish.Up })
            {
                seat.Begin(over);
                machine.Launched(seat.Index, At(over.Started)); // And has ended since.
                continue;
            }
            using (over)
            {
                await Remains.EndAsync(over, seat.Spec.StopSignal, seat.Spec.StopTimeout, time, cancellation).ConfigureAwait(false);
                over.Reap();
            }
        }
        return (proc.BootId, Unconfigured(proc, record, seats), trouble);

        // A wall clock that was set back must not put anything into the future, nor a wrong one anything before all times.
        TimeSpan At(DateTimeOffset then) => now - (wall <= then ? TimeSpan.Zero : wall - then < LongestAge ? wall - then : LongestAge);
    }

    /// <summary>What is to be known again.</summary>
    public static SupervisorRecord Record(
        uint boot, ChildSeat[] seats, SupervisorMachine machine, IReadOnlyList<(RecordedChild Recorded, ProcessIdentity Identity)> unconfigured, TimeProvider time, TimeSpan now)
    {
        DateTimeOffset wall = time.GetUtcNow();
        IEnumerable<RecordedChild> children = seats.Select(seat =>
        {
            ChildSlot slot = machine.Slots[seat.Index];
            return new RecordedChild(seat.Spec.Name, slot.Wish, seat.Life?.Identity.ToString())
            {
                Started = seat.Life?.Started,
                AliveTicks = seat.Life?.AliveTicks ?? 0,
                Log = seat.Life?.Log,
                Restarts = slot.Restarts,
                Failures = slot.Failures,
                LastEnd = seat.LastEnd,
            };
        });
        return new SupervisorRecord(
            SupervisorRecord.CurrentVersion, boot, wall, [.. children, .. unconfigured.Select(child => child.Recorded)],
            [.. machine.Window.Failures.Where(failure => failure.Child >= 0).Select(failure => new RecordedFailure(Wall(failure.At), seats[failure.Child].Spec.Name))])
        {
            LatchedSince = machine.LatchedSince is { } since ? Wall(since) : null,
            LatchedWhy = machine.LatchedWhy,
        };

        DateTimeOffset Wall(TimeSpan at) => wall - (now - at);
    }

    private static (RecordedChild, ProcessIdentity)[] Unconfigured(ProcFs proc, SupervisorRecord? record, ChildSeat[] seats) =>
    [
        .. (record?.Children ?? []).Where(child => !seats.Any(seat => seat.Spec.Name == child.Name))
            .Select(child => (child, Identity: ProcessIdentity.TryParse(child.Identity, out ProcessIdentity identity) ? identity : default))
            .Where(child => IsAlive(proc, child.Identity)).Take(SpecCheck.MostChildren),
    ];

    private static bool IsAlive(ProcFs proc, ProcessIdentity identity)
    {
        using Targeting.HeldProcess? held = identity.Pid > 0 ? Targeting.HeldProcess.Open(proc, identity, out _) : null;
        return held is not null;
    }
}

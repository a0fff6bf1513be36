using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Events;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Fills one process's sample, and notices when its description no longer holds.</summary>
internal sealed class ProcessReader(ProcFs proc, TimeProvider time, BootClock clock, SignalBoard signals, UserNames users, KnownNames names) : IDisposable
{
    public const string ExecutableSignal = "executable";
    public const string CommandLineSignal = "command_line";

    /// <summary>How long a process whose stat does not move may go unread otherwise: its disk I/O may take less than a clock tick of CPU.</summary>
    private static readonly TimeSpan SlowRound = TimeSpan.FromMinutes(1);

    /// <summary>What seldom changes is looked at again after this time, and sooner while the process is young: it is often moved to its control
    /// group after its start. An exec or a change of user is noticed at once.</summary>
    private static readonly TimeSpan DescribeInterval = TimeSpan.FromMinutes(10);

    /// <summary>While it is younger than this it is looked at once more after as long.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(10);

    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly byte[] _statBuffer = new byte[4096];
    private readonly byte[] _checkBuffer = new byte[4096];
    private readonly DescriptionReader _descriptions = new(users);

    /// <summary>When a process that was just found has its first slow round: not in step with others, a minute's work over the minute.</summary>
    public static long FirstRound(TimeProvider time, int pid) => time.GetTimestamp() + Ticks(time, SlowRound * ((pid % 60 + 1) / 60.0));

    /// <summary>What the collectors cost since it was last cleared.</summary>
    public CollectorTally Tally { get; } = new();

    /// <summary>Processes whose group is a guess, since they were met on their way out.</summary>
    public long GroupsGuessed { get; private set; }

    /// <summary>The kernel tells of each exec and change of user, so they need not be guessed.</summary>
    public bool HearsOfExecs { get; set; }

    public void Dispose() => _descriptions.Dispose();

    public ReadOutcome ReadStat(ProcessDirectory directory, out ProcStat stat) => directory.ReadStat(_checkBuffer, out stat, out _);

    /// <returns>Ok if there is a sample of this tick; Gone if the process ended, even while it was being read: then nothing was changed.</returns>
    public ReadOutcome Read(TrackedProcess process, ProcessDirectory directory)
    {
        ReadOutcome outcome = directory.ReadStatBytes(_statBuffer, out int length);
        return outcome == ReadOutcome.Ok ? Read(process, directory, _statBuffer.AsSpan(0, length)) : outcome;
    }

    /// <summary>The same with what was just read of its stat.</summary>
    public ReadOutcome Read(TrackedProcess process, ProcessDirectory directory, ReadOnlySpan<byte> text)
    {
        long now = time.GetTimestamp();
        bool slowRound = process.SlowRound <= now;
        if (!slowRound && process.HasStat(text) && process.DescribeAgain > now && process.ClockGeneration == clock.Generation)
        {
            process.StandStill(now);
            return ReadOutcome.Ok;
        }

        bool first = process.Description is null;
        ProcessSample sample = process.Sample; // What is not due keeps its value.
        sample.Identity = process.Identity;
        sample.Timestamp = now;
        ReadOutcome outcome = ProcessDirectory.ParseStat(text, out sample.Stat, out ReadOnlySpan<byte> name);
        if (outcome != ReadOutcome.Ok) return outcome;
        bool replaced = first || HasNewImage(process.Sample, sample);
        if (first && !sample.Stat.IsKernelThread) _descriptions.BeginCommandLine(directory); // While everything else is read.
        if (!ReadSources(directory, ref sample, slowRound || replaced)) return ReadOutcome.Gone;

        replaced |= sample.Status?.EffectiveUserId != process.Sample.Status?.EffectiveUserId;
        if (!first)
        {
            sample.NeverFall(process.Sample);
            process.Rates = Rates.Between(process.Sample, sample, time);
            process.Elapsed = time.GetElapsedTime(process.Sample.Timestamp, now);
        }
        bool look = replaced || (!HearsOfExecs && MayHaveNewImage(process.Sample, sample)) || process.ClockGeneration != clock.Generation || process.DescribeAgain <= now;
        process.Sample = sample;
        process.Moved(text);
        if (slowRound) process.SlowRound = now + Ticks(time, SlowRound);
        return look ? Describe(process, directory, name, replaced) : ReadOutcome.Ok;
    }

    /// <returns>False if the process is gone.</returns>
    private bool ReadSources(ProcessDirectory directory, ref ProcessSample sample, bool slowRound)
    {
        var context = new CollectionContext(_buffer, proc.DescriptorSizeIsCount);
        uint missing = 0;
        long from = sample.Timestamp;
        for (int i = 0; i < CollectorCatalogue.All.Length; i++)
        {
            Collector collector = CollectorCatalogue.All[i];
            if (!collector.ReadsSource || !collector.IsDue(sample, slowRound)) continue;
            ReadOutcome outcome = collector.Collect(directory, context, ref sample);
            if (outcome == ReadOutcome.Denied) signals.Refuse(collector.Name, collector.Needs);
            else if (outcome == ReadOutcome.Malformed) Tally.Failed[i]++;
            else if (outcome == ReadOutcome.Gone) missing |= 1u << i;
            long to = time.GetTimestamp();
            Tally.Elapsed[i] += to - from;
            from = to;
        }
        if (missing == 0) return true;
        // The process is gone; or it is there, and the kernel has no such file.
        if (ReadStat(directory, out _) == ReadOutcome.Gone) return false;
        for (int i = 0; i < CollectorCatalogue.All.Length; i++)
            if ((missing & (1u << i)) != 0) signals.Refuse(CollectorCatalogue.All[i].Name, "a kernel that tells it");
        return true;
    }

    /// <summary>An exec or a new name.</summary>
    private static bool HasNewImage(in ProcessSample earlier, in ProcessSample later) =>
        later.Stat.ArgumentStart != earlier.Stat.ArgumentStart
        || later.Stat.StackStart != earlier.Stat.StackStart
        || (later.Stat.NameHash != earlier.Stat.NameHash && !later.Stat.IsKernelThread);

    /// <summary>The kernel hides from us the addresses that an exec changes. But a new image faults its pages in.</summary>
    private static bool MayHaveNewImage(in ProcessSample earlier, in ProcessSample later) =>
        later.Stat is { StackStart: 0, IsKernelThread: false, IsZombie: false } && later.Stat.MinorFaults != earlier.Stat.MinorFaults;

    /// <returns>Gone if the process ended meanwhile; then the description is what it was.</returns>
    private ReadOutcome Describe(TrackedProcess process, ProcessDirectory directory, ReadOnlySpan<byte> name, bool replaced)
    {
        ref ProcStat stat = ref process.Sample.Stat;
        ProcessDescription? known = process.Description;
        // What is on its way out has no executable and no arguments any more: what it was is what it was.
        if (known is not null && (stat.IsZombie || stat.IsExiting)) return ReadOutcome.Ok;
        bool isYoung = clock.Age(stat) < Young;
        // Not all in step, who were found at the same time.
        TimeSpan again = isYoung ? Young : DescribeInterval * (0.5 + process.Identity.Pid % 60 / 120.0);
        process.DescribeAgain = process.Sample.Timestamp + Ticks(time, again);
        process.ClockGeneration = clock.Generation;

        uint? user = process.Sample.Status?.EffectiveUserId;
        DateTimeOffset? start = clock.StartOf(stat);
        int fingerprint = _descriptions.Fingerprint(directory, stat, user, start);
        if (_descriptions.ExecutableDenied) signals.Refuse(ExecutableSignal, "CAP_SYS_PTRACE over processes of other users");
        bool changed = known is null || replaced || process.Fingerprint != fingerprint;
        // An exec changes it, or seldom the process itself (setproctitle): not worth a look while only a move to a control group is expected.
        if (!changed && isYoung) return ReadOutcome.Ok;
        int commandLine = _descriptions.FingerprintCommandLine(directory, stat);
        if (_descriptions.CommandLineLate)
        {
            signals.Refuse(CommandLineSignal, "that the process lets go of its memory lock (mmap_lock) in time");
            process.DescribeAgain = process.Sample.Timestamp; // At the next tick: it may have been the machine that was slow.
        }
        if (!changed && process.CommandLineFingerprint == commandLine) return ReadOutcome.Ok;
        if (_descriptions.ExecutableMissing && !stat.IsKernelThread && !stat.IsZombie)
        {
            if (ReadStat(directory, out _) == ReadOutcome.Gone) return ReadOutcome.Gone;
            if (known is not null) return ReadOutcome.Ok; // It has begun to exit since stat was read.
        }
        // Met on its way out: what it was while it ran was told before, or is guessed.
        if (known is null && _descriptions.ExecutableMissing && !stat.IsKernelThread && WhatItWas(process, name) is { } told)
        {
            process.Description = told with { StartTime = start };
            return ReadOutcome.Ok;
        }
        if (known is not null && !replaced && _descriptions.CommandLineLate) return ReadOutcome.Ok; // Known better.
        process.Fingerprint = fingerprint;
        process.CommandLineFingerprint = commandLine;
        process.Description = _descriptions.Describe(stat, name, user, start);
        process.GroupKey = null;
        process.DropLabels();
        return ReadOutcome.Ok;
    }

    private ProcessDescription? WhatItWas(TrackedProcess process, ReadOnlySpan<byte> name)
    {
        if (process.Life is not { } life) return null;
        life.Name ??= System.Text.Encoding.UTF8.GetString(name);
        ProcessDescription? description = LifeDescription.Of(life, null, names.Find(life.Name), out bool guessed);
        if (guessed && description is not null) GroupsGuessed++;
        return description;
    }

    private static long Ticks(TimeProvider time, TimeSpan span) => (long)(time.TimestampFrequency * span.TotalSeconds);
}

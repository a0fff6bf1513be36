using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Collectors;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Fills one process's sample, and notices when its description no longer holds.</summary>
internal sealed class ProcessReader(ProcFs proc, TimeProvider time, BootClock clock, SignalBoard signals, UserNames users) : IDisposable
{
    public const string ExecutableSignal = "executable";
    public const string CommandLineSignal = "command_line";

    private static readonly TimeSpan DescribeInterval = TimeSpan.FromMinutes(1);

    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly byte[] _statBuffer = new byte[4096];
    private readonly DescriptionReader _descriptions = new(users);

    /// <summary>When a process that was just found is to be looked at again: not in step with others, a minute's work over the minute.</summary>
    public static long FirstLook(TimeProvider time, int pid) => time.GetTimestamp() + Ticks(time, DescribeInterval * ((pid % 60 + 1) / 60.0));

    /// <summary>What the collectors cost since it was last cleared.</summary>
    public CollectorTally Tally { get; } = new();

    public void Dispose() => _descriptions.Dispose();

    public ReadOutcome ReadStat(ProcessDirectory directory, out ProcStat stat) => directory.ReadStat(_statBuffer, out stat, out _);

    /// <returns>Ok if there is a new sample; Gone if the process ended, even while it was being read: then nothing was changed.</returns>
    public ReadOutcome Read(TrackedProcess process, ProcessDirectory directory)
    {
        var sample = new ProcessSample { Identity = process.Identity, Timestamp = time.GetTimestamp() };
        ReadOutcome outcome = directory.ReadStat(_statBuffer, out sample.Stat, out ReadOnlySpan<byte> name);
        if (outcome != ReadOutcome.Ok) return outcome;

        if (!ReadSources(directory, ref sample)) return ReadOutcome.Gone;

        bool first = process.Description is null;
        bool replaced = first || HasNewImage(process.Sample, sample);
        if (!first)
        {
            sample.NeverFall(process.Sample);
            process.Rates = Rates.Between(process.Sample, sample, time);
        }
        bool look = replaced || MayHaveNewImage(process.Sample, sample) || process.ClockGeneration != clock.Generation
            || process.DescribeAgain <= sample.Timestamp;
        process.Sample = sample;
        return look ? Describe(process, directory, name, replaced) : ReadOutcome.Ok;
    }

    /// <returns>False if the process is gone.</returns>
    private bool ReadSources(ProcessDirectory directory, ref ProcessSample sample)
    {
        var context = new CollectionContext(_buffer, proc.DescriptorSizeIsCount);
        uint missing = 0;
        long from = sample.Timestamp;
        for (int i = 0; i < CollectorCatalogue.All.Length; i++)
        {
            Collector collector = CollectorCatalogue.All[i];
            if (!collector.ReadsSource) continue;
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

    /// <summary>An exec, a new name or another user.</summary>
    private static bool HasNewImage(in ProcessSample earlier, in ProcessSample later) =>
        later.Stat.ArgumentStart != earlier.Stat.ArgumentStart
        || later.Stat.StackStart != earlier.Stat.StackStart
        || (later.Stat.NameHash != earlier.Stat.NameHash && !later.Stat.IsKernelThread)
        || later.Status?.EffectiveUserId != earlier.Status?.EffectiveUserId;

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
        if (process.DescribeAgain <= process.Sample.Timestamp)
            process.DescribeAgain = process.Sample.Timestamp + Ticks(time, DescribeInterval);
        process.ClockGeneration = clock.Generation;

        uint? user = process.Sample.Status?.EffectiveUserId;
        DateTimeOffset? start = clock.StartOf(stat);
        int fingerprint = _descriptions.Fingerprint(directory, stat, user, start);
        if (_descriptions.ExecutableDenied) signals.Refuse(ExecutableSignal, "CAP_SYS_PTRACE over processes of other users");
        if (_descriptions.CommandLineLate)
        {
            signals.Refuse(CommandLineSignal, "that the process lets go of its memory lock (mmap_lock) in time");
            process.DescribeAgain = process.Sample.Timestamp; // At the next tick: it may have been the machine that was slow.
        }
        if (known is not null && process.Fingerprint == fingerprint) return ReadOutcome.Ok;
        if (_descriptions.ExecutableMissing && !stat.IsKernelThread && !stat.IsZombie)
        {
            if (ReadStat(directory, out _) == ReadOutcome.Gone) return ReadOutcome.Gone;
            if (known is not null) return ReadOutcome.Ok; // It has begun to exit since stat was read.
        }
        if (known is not null && !replaced && _descriptions.CommandLineLate) return ReadOutcome.Ok; // Known better.
        process.Fingerprint = fingerprint;
        process.Description = _descriptions.Describe(stat, name, user, start);
        process.GroupKey = null;
        process.DropLabels();
        return ReadOutcome.Ok;
    }

    private static long Ticks(TimeProvider time, TimeSpan span) => (long)(time.TimestampFrequency * span.TotalSeconds);
}

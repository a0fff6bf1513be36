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

        var context = new CollectionContext(_buffer, proc.DescriptorSizeIsCount);
        bool doubt = false;
        long from = sample.Timestamp;
        for (int i = 0; i < CollectorCatalogue.All.Length; i++)
        {
            Collector collector = CollectorCatalogue.All[i];
            if (!collector.ReadsSource) continue;
            outcome = collector.Collect(directory, context, ref sample);
            if (outcome == ReadOutcome.Denied) signals.Refuse(collector.Name, collector.Needs);
            else if (outcome == ReadOutcome.Malformed) Tally.Failed[i]++;
            doubt |= outcome == ReadOutcome.Gone;
            long to = time.GetTimestamp();
            Tally.Elapsed[i] += to - from;
            from = to;
        }
        // A missing file is a kernel without it, unless the process is gone.
        if (doubt && ReadStat(directory, out _) == ReadOutcome.Gone) return ReadOutcome.Gone;

        bool first = process.Description is null;
        if (!first) process.Rates = Rates.Between(process.Sample, sample, time);
        bool replaced = first || HasNewImage(process.Sample, sample) || MayHaveNewImage(process.Sample, sample);
        process.Sample = sample;
        if (replaced || process.DescribeAgain <= sample.Timestamp) Describe(process, directory, name);
        return ReadOutcome.Ok;
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

    private void Describe(TrackedProcess process, ProcessDirectory directory, ReadOnlySpan<byte> name)
    {
        ref ProcStat stat = ref process.Sample.Stat;
        // What is on its way out has no executable and no arguments any more: what it was is what it was.
        if (process.Description is not null && (stat.IsZombie || stat.IsExiting)) return;
        if (process.DescribeAgain <= process.Sample.Timestamp)
            process.DescribeAgain = process.Sample.Timestamp + (long)(time.TimestampFrequency * DescribeInterval.TotalSeconds);

        uint? user = process.Sample.Status?.EffectiveUserId;
        DateTimeOffset? start = clock.StartOf(stat);
        int fingerprint = _descriptions.Fingerprint(directory, stat, user, start);
        if (_descriptions.ExecutableDenied) signals.Refuse(ExecutableSignal, "CAP_SYS_PTRACE over processes of other users");
        if (_descriptions.CommandLineLate) signals.Refuse(CommandLineSignal, "that the process lets go of its memory lock (mmap_lock) in time");
        if (process.Description is not null && process.Fingerprint == fingerprint) return;
        process.Fingerprint = fingerprint;
        process.Description = _descriptions.Describe(stat, name, user, start);
        process.GroupKey = null;
        process.DropLabels();
    }
}

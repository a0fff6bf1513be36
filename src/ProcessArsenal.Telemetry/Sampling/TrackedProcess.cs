using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Publishing;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>A process that is alive, by identity, and what is remembered about it between ticks. Owned by the tracker.</summary>
internal sealed class TrackedProcess(ProcessIdentity identity, ProcessDirectory? directory, Pidfd? pidfd) : IDisposable
{
    public ProcessIdentity Identity { get; } = identity;

    /// <summary>Its /proc/PID, kept open; null if the budget of descriptors is spent: then it is opened, and compared, each tick.</summary>
    public ProcessDirectory? Directory { get; } = directory;

    /// <summary>Kept to learn how it ended; null if the budget is spent or the kernel has none.</summary>
    public Pidfd? Pidfd { get; } = pidfd;

    public ProcessDescription Description { get; set; } = null!;

    /// <summary>Hash of all that the description holds.</summary>
    public int Fingerprint { get; set; }

    /// <summary>When to look again whether the description still holds: <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long DescribeAgain { get; set; }

    /// <summary>The <see cref="BootClock.Generation"/> that the description's start time is of.</summary>
    public int ClockGeneration { get; set; }

    /// <summary>The latest sample.</summary>
    public ProcessSample Sample;

    public ProcessRates Rates;

    /// <summary>Highest counter values that were credited to a group.</summary>
    public double[] Counters { get; } = new double[CollectorCatalogue.CounterSlots];

    /// <summary>The group that the rules name; null if the description or the rules have changed since.</summary>
    public GroupKey? GroupKey { get; set; }

    /// <summary>The group that it is counted in, which is another one if there are too many; null if excluded, or not yet known.</summary>
    public GroupState? Group { get; set; }

    /// <summary>It started since the last tick, and its start is not counted yet.</summary>
    public bool IsNew { get; set; }

    /// <summary>Tick in which the listing had it last.</summary>
    public long ListedTick { get; set; }

    /// <summary>It could be read in this tick.</summary>
    public bool HasSample { get; set; }

    public TopMembership TopCpu;
    public TopMembership TopMemory;

    /// <summary>It had series of its own in the last snapshot.</summary>
    public bool WasReported { get; set; }

    /// <summary>Labels of its series, encoded when first needed.</summary>
    public byte[]? Labels { get; private set; }

    /// <summary>Labels of its info series.</summary>
    public byte[]? InfoLabels { get; private set; }

    public void DropLabels() => Labels = InfoLabels = null;

    public void EnsureLabels(string group)
    {
        if (Labels is not null) return;
        (string, string?)[] common =
        [
            ("identity", Identity.ToString()),
            ("pid", Identity.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("group", group),
        ];
        Labels = LabelBlock.Encode(common);
        InfoLabels = LabelBlock.Encode([
            .. common,
            ("name", Description.Name),
            ("executable", Description.Executable),
            ("owner", Description.User),
            ("unit", Description.Unit),
            ("container", Description.Container)]);
    }

    public void Dispose()
    {
        Directory?.Dispose();
        Pidfd?.Dispose();
    }
}

using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Analysis.Categories;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Compatibility;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Events;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>A process that is alive, by identity, and what is remembered about it between ticks. Owned by the tracker.</summary>
internal sealed class TrackedProcess(ProcessIdentity identity, ProcessDirectory? directory, Pidfd? pidfd) : IDisposable
{
    /// <summary>Numbers grow by a digit now and then.</summary>
    private const int StatHeadroom = 32;

    private byte[] _stat = [];
    private string? _category, _runtime;
    private int _statLength;

    public ProcessIdentity Identity { get; } = identity;

    /// <summary>Its /proc/PID, kept open; null if the budget of descriptors is spent: then it is opened, and compared, each tick.</summary>
    public ProcessDirectory? Directory { get; } = directory;

    /// <summary>Kept to learn how it ended; null if the budget is spent or the kernel has none.</summary>
    public Pidfd? Pidfd { get; } = pidfd;

    public ProcessDescription Description
    {
        get;
        set
        {
            field = value;
            if (Life is { } life) life.Description = value; // Its children inherit it.
        }
    } = null!;

    /// <summary>Hash of all that the description holds but the command line.</summary>
    public int Fingerprint { get; set; }

    /// <summary>Hash of the command line.</summary>
    public int CommandLineFingerprint { get; set; }

    /// <summary>When to look again whether the description still holds: <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long DescribeAgain { get; set; }

    /// <summary>When everything is to be read again, whether or not stat moved: <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long SlowRound { get; set; }

    /// <summary>What the kernel's events tell of it; null if they are not listened to.</summary>
    public ProcessLife? Life { get; set; }

    /// <summary>Descriptors taken of the budget for the directory and the pidfd.</summary>
    public int Descriptors { get; set; }

    /// <summary>The directory keeps its files open.</summary>
    public bool KeepsFiles { get; set; }

    /// <summary>It was asked before whether its files can be kept open, or is too young for it.</summary>
    public bool WasAskedForFiles { get; set; }

    /// <summary>More than stat was read in this tick.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>Time between the latest sample and the one before.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>The <see cref="BootClock.Generation"/> that the description's start time is of.</summary>
    public int ClockGeneration { get; set; }

    /// <summary>The latest sample.</summary>
    public ProcessSample Sample;

    public ProcessRates Rates;

    /// <summary>The latest reading of its smaps_rollup. The tick's alone: the thread that reads knows nothing of it.</summary>
    public SmapsReading Smaps;

    /// <summary>Highest counter values that were credited to a group.</summary>
    public double[] Counters { get; } = new double[CollectorCatalogue.CounterSlots];

    /// <summary>The group that the rules name; null if the description or the rules have changed since.</summary>
    public GroupKey? GroupKey { get; set; }

    /// <summary>The category that a rule names; made together with <see cref="GroupKey"/>.</summary>
    public string? DeclaredCategory { get; set; }

    /// <summary>The group that it is counted in, which is another one if there are too many; null if excluded, or not yet known.</summary>
    public GroupState? Group { get; set; }

    /// <summary>Its part in process-exporter's families; null while they are off, or if it is excluded.</summary>
    public NamedMember? Named { get; set; }

    /// <summary>Whether it is listened to as a .NET process; null if it was not looked at.</summary>
    public AttachedProcess? Dotnet { get; set; }

    /// <summary>It turned out to be a .NET process.</summary>
    public bool IsDotnet { get; private set; }

    /// <summary>Of .NET; null if it has not told.</summary>
    public string? RuntimeVersion { get; private set; }

    /// <summary>What it was like in earlier ticks; null before the first.</summary>
    public ProcessHistory? History { get; set; }

    /// <summary>It started since the last tick, and its start is not counted yet.</summary>
    public bool IsNew { get; set; }

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

    /// <summary>Whether that is what its stat was.</summary>
    public bool HasStat(ReadOnlySpan<byte> text) => text.SequenceEqual(_stat.AsSpan(0, _statLength));

    /// <summary>Its stat has moved, or was read for the first time.</summary>
    public void Moved(ReadOnlySpan<byte> stat)
    {
        HasMoved = true;
        if (_stat.Length < stat.Length) _stat = new byte[stat.Length + StatHeadroom];
        stat.CopyTo(_stat);
        _statLength = stat.Length;
    }

    /// <summary>Its stat has not moved since the tick before: nothing that it counts did either.</summary>
    public void StandStill(long timestamp)
    {
        Sample.Timestamp = timestamp;
        if (!HasMoved) return;
        HasMoved = false;
        Rates = Analysis.Rates.AtRest(Sample);
    }

    /// <summary>It is a .NET process.</summary>
    /// <param name="version">Of its runtime, if it has told.</param>
    public void RunsOn(string? version)
    {
        if (IsDotnet && RuntimeVersion == version) return;
        (IsDotnet, RuntimeVersion) = (true, version);
        DropLabels();
    }

    public void DropLabels() => Labels = InfoLabels = null;

    /// <summary>Encodes its labels, if they are not those of this row already. It is in a group.</summary>
    public void EnsureLabels(in ProcessRow row)
    {
        string category = Categorizer.NameOf(row);
        string? runtime = Categorizer.RuntimeOf(row) ?? (IsDotnet ? "dotnet" : null);
        if (Labels is not null && category == _category && runtime == _runtime) return;
        (_category, _runtime) = (category, runtime);
        (string, string?)[] common =
        [
            ("identity", Identity.ToString()),
            ("pid", Identity.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("group", row.Group),
        ];
        Labels = LabelBlock.Encode(common);
        InfoLabels = LabelBlock.Encode([
            .. common,
            ("name", Description.Name),
            ("executable", Description.Executable),
            ("owner", Description.User),
            ("category", category),
            ("runtime", runtime),
            ("runtime_version", RuntimeVersion),
            ("unit", Description.Unit),
            ("container", Description.Container)]);
    }

    public void Dispose()
    {
        Directory?.Dispose();
        Pidfd?.Dispose();
    }
}

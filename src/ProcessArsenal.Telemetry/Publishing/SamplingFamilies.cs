using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>How the sampling of this snapshot went: what it cost, what could not be read, what a cap kept out.</summary>
internal static class SamplingFamilies
{
    private static readonly FamilyText Ticks = new("arsenal_ticks_total", "counter", null, "Samples taken since start.");
    private static readonly FamilyText Duration = new("arsenal_sample_duration_seconds", "gauge", "seconds", "How long this sample took.");
    private static readonly FamilyText Age = new("arsenal_snapshot_age_seconds", "gauge", "seconds", "Time since this sample was begun.");
    private static readonly FamilyText Unreadable = new(
        "arsenal_processes_unreadable", "gauge", null, "Processes that exist but could not be read in this sample.");
    private static readonly FamilyText Excluded = new(
        "arsenal_processes_excluded", "gauge", null, "Processes that an exclusion rule took out of this sample.");

    private static readonly string[] Collectors = [.. CollectorCatalogue.All.Select(collector => $"collector=\"{collector.Name}\"")];
    private static readonly FamilyText CollectorDuration = new(
        "arsenal_collector_duration_seconds", "gauge", "seconds",
        "Time that the collector took to read its kernel source for all processes of this sample.", Collectors);
    private static readonly FamilyText CollectorSuccess = new(
        "arsenal_collector_success", "gauge", null, "1 if every file that the collector read in this sample had the documented shape.", Collectors);

    private static readonly FamilyText Dropped = new(
        "arsenal_series_dropped_total", "counter", null,
        "What a cap kept out, summed over samples: processes counted in the group other as there were too many groups, "
        + "and processes that got no series of their own as there were too many of them; of .NET processes, values beyond what is kept of one or in no known shape, "
        + "and processes that are not listened to as there were too many of them.",
        "family=\"process_group\"", "family=\"process\"", "family=\"dotnet\"", "family=\"dotnet_process\"",
        "family=\"namedprocess_namegroup\"", "family=\"namedprocess_namegroup_thread\"");

    private static readonly FamilyText Evicted = new(
        "arsenal_groups_evicted_total", "counter", null,
        "Groups without processes that left before groups.linger had passed, as there were too many groups and another needed the place.",
        "family=\"process_group\"", "family=\"namedprocess_namegroup\"");

    private static readonly FamilyText Lost = new(
        "arsenal_kernel_messages_lost_total", "counter", null,
        "Messages of the kernel that found no room and are lost: starts and exits that they told are missing or of unknown outcome.",
        "source=\"process_events\"", "source=\"exit_records\"");

    private static readonly FamilyText Guessed = new(
        "arsenal_groups_guessed_total", "counter", null,
        "Processes that were gone before anything could be read of them: their name and their parent said their group.");

    private static readonly FamilyText Unaccounted = new(
        "arsenal_exits_unaccounted_total", "counter", null,
        "Processes that ended and of which the kernel did not tell what they had used since they were last sampled.");

    private static readonly FamilyText UnattributedCpu = new(
        "arsenal_unattributed_cpu_seconds_total", "counter", "seconds",
        "CPU time of ended processes that is in no group: their parents' child times say that it was used, and nothing says by whom, or their group has left meanwhile.");

    private static readonly FamilyText Available = new(
        "arsenal_signal_available", "gauge", null, "Whether a signal is available, of every process if it is about them; if not, the reason says what it takes.");

    private static SignalLabels _signalLabels = new([]);

    public static void Write(ref ExpositionWriter writer, Snapshot snapshot, TimeProvider time)
    {
        SamplingHealth health = snapshot.Health;
        Single(ref writer, Ticks, snapshot.Tick);
        Single(ref writer, Duration, snapshot.Duration.TotalSeconds);
        Single(ref writer, Age, time.GetElapsedTime(snapshot.Timestamp).TotalSeconds);
        Single(ref writer, Unreadable, health.Unreadable);
        Single(ref writer, Excluded, health.Excluded);
        WriteEvents(ref writer, health);
        WriteCollectors(ref writer, snapshot, time);
        WriteDropped(ref writer, health, snapshot);
        WriteSignals(ref writer, health.Signals);
    }

    private static void WriteEvents(ref ExpositionWriter writer, in SamplingHealth health)
    {
        if (health.ProcessesCreated is not null)
        {
            writer.Family(Lost);
            writer.Sample(Lost.Series[0], health.EventsLost);
            writer.Sample(Lost.Series[1], health.RecordsLost);
        }
        Single(ref writer, Guessed, health.GroupsGuessed);
        Single(ref writer, Unaccounted, health.ExitsUnaccounted);
        Single(ref writer, UnattributedCpu, health.UnattributedCpuSeconds);
    }

    private static void WriteCollectors(ref ExpositionWriter writer, Snapshot snapshot, TimeProvider time)
    {
        writer.Family(CollectorDuration);
        for (int i = 0; i < CollectorCatalogue.All.Length; i++)
        {
            if (CollectorCatalogue.All[i].ReadsSource)
                writer.Sample(CollectorDuration.Series[i], snapshot.Collectors.Elapsed[i] / (double)time.TimestampFrequency);
        }
        writer.Family(CollectorSuccess);
        for (int i = 0; i < CollectorCatalogue.All.Length; i++)
            if (CollectorCatalogue.All[i].ReadsSource) writer.Sample(CollectorSuccess.Series[i], snapshot.Collectors.Failed[i] == 0 ? 1 : 0);
    }

    private static void WriteDropped(ref ExpositionWriter writer, in SamplingHealth health, Snapshot snapshot)
    {
        NamedSnapshot named = snapshot.Named;
        writer.Family(Dropped);
        writer.Sample(Dropped.Series[0], health.GroupsFolded);
        writer.Sample(Dropped.Series[1], health.ProcessesNotReported);
        writer.Sample(Dropped.Series[2], snapshot.Dotnet.Dropped);
        writer.Sample(Dropped.Series[3], snapshot.Dotnet.NotAttached);
        if (named.IsOn)
        {
            writer.Sample(Dropped.Series[4], named.GroupsFolded);
            writer.Sample(Dropped.Series[5], named.ThreadsFolded);
        }
        writer.Family(Evicted);
        writer.Sample(Evicted.Series[0], health.GroupsEvicted);
        if (named.IsOn) writer.Sample(Evicted.Series[1], named.GroupsEvicted);
    }

    private static void WriteSignals(ref ExpositionWriter writer, IReadOnlyList<SignalStatus> signals)
    {
        SignalLabels labels = _signalLabels;
        if (!ReferenceEquals(labels.Signals, signals)) _signalLabels = labels = new SignalLabels(signals);
        writer.Family(Available);
        for (int i = 0; i < signals.Count; i++) writer.Sample(Available.Series[0], labels.Blocks[i], signals[i].Available ? 1 : 0);
    }

    private static void Single(ref ExpositionWriter writer, FamilyText family, double value)
    {
        writer.Family(family);
        writer.Sample(family.Series[0], value);
    }

    /// <summary>Encoded once for a list, which stays the same one until something about it changes.</summary>
    private sealed class SignalLabels(IReadOnlyList<SignalStatus> signals)
    {
        public IReadOnlyList<SignalStatus> Signals { get; } = signals;

        public byte[][] Blocks { get; } = [.. signals.Select(signal => LabelBlock.Encode(("signal", signal.Name), ("reason", signal.Reason)))];
    }
}

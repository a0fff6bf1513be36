using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>How the sampling of this snapshot went: what it cost, what could not be read, what a cap kept out.</summary>
internal static class SamplingFamilies
{
    public static void Write(ExpositionWriter writer, Snapshot snapshot, TimeProvider time)
    {
        SamplingHealth health = snapshot.Health;
        Single(writer, "arsenal_ticks_total", "counter", null, "Samples taken since start.", snapshot.Tick);
        Single(writer, "arsenal_sample_duration_seconds", "gauge", "seconds", "How long this sample took.", snapshot.Duration.TotalSeconds);
        Single(writer, "arsenal_snapshot_age_seconds", "gauge", "seconds", "Time since this sample was begun.",
            time.GetElapsedTime(snapshot.Timestamp).TotalSeconds);
        Single(writer, "arsenal_processes_unreadable", "gauge", null, "Processes that exist but could not be read in this sample.", health.Unreadable);
        Single(writer, "arsenal_processes_excluded", "gauge", null, "Processes that an exclusion rule took out of this sample.", health.Excluded);
        WriteEvents(writer, health);
        WriteCollectors(writer, snapshot, time);
        WriteDropped(writer, health, snapshot.Named);
        WriteSignals(writer, health);
    }

    private static void WriteEvents(ExpositionWriter writer, in SamplingHealth health)
    {
        const string lost = "arsenal_kernel_messages_lost_total";
        if (health.ProcessesCreated is not null)
        {
            writer.Family(lost, "counter", null,
                "Messages of the kernel that found no room and are lost: starts and exits that they told are missing or of unknown outcome.");
            writer.Sample(lost, [], "source=\"process_events\"", health.EventsLost);
            writer.Sample(lost, [], "source=\"exit_records\"", health.RecordsLost);
        }
        Single(writer, "arsenal_groups_guessed_total", "counter", null,
            "Processes that were gone before anything could be read of them: their name and their parent said their group.", health.GroupsGuessed);
        Single(writer, "arsenal_exits_unaccounted_total", "counter", null,
            "Processes that ended and of which the kernel did not tell what they had used since they were last sampled.", health.ExitsUnaccounted);
        Single(writer, "arsenal_unattributed_cpu_seconds_total", "counter", "seconds",
            "CPU time of ended processes that is in no group: their parents' child times say that it was used, and nothing says by whom.",
            health.UnattributedCpuSeconds);
    }

    private static void WriteCollectors(ExpositionWriter writer, Snapshot snapshot, TimeProvider time)
    {
        const string duration = "arsenal_collector_duration_seconds";
        const string success = "arsenal_collector_success";
        writer.Family(duration, "gauge", "seconds", "Time that the collector took to read its kernel source for all processes of this sample.");
        for (int i = 0; i < CollectorCatalogue.All.Length; i++)
        {
            if (Labels[i] is { } labels)
                writer.Sample(duration, [], labels, snapshot.Collectors.Elapsed[i] / (double)time.TimestampFrequency);
        }
        writer.Family(success, "gauge", null, "1 if every file that the collector read in this sample had the documented shape.");
        for (int i = 0; i < CollectorCatalogue.All.Length; i++)
            if (Labels[i] is { } labels) writer.Sample(success, [], labels, snapshot.Collectors.Failed[i] == 0 ? 1 : 0);
    }

    private static void WriteDropped(ExpositionWriter writer, in SamplingHealth health, NamedSnapshot named)
    {
        const string dropped = "arsenal_series_dropped_total";
        writer.Family(dropped, "counter", null,
            "What a cap kept out, summed over samples: processes counted in the group other as there were too many groups, "
            + "and processes that got no series of their own as there were too many of them.");
        writer.Sample(dropped, [], "family=\"process_group\"", health.GroupsFolded);
        writer.Sample(dropped, [], "family=\"process\"", health.ProcessesNotReported);
        if (!named.IsOn) return;
        writer.Sample(dropped, [], "family=\"namedprocess_namegroup\"", named.GroupsFolded);
        writer.Sample(dropped, [], "family=\"namedprocess_namegroup_thread\"", named.ThreadsFolded);
    }

    private static void WriteSignals(ExpositionWriter writer, in SamplingHealth health)
    {
        const string available = "arsenal_signal_available";
        writer.Family(available, "gauge", null, "Whether a signal can be read of every process; if not, the reason says what it takes.");
        foreach (SignalStatus signal in health.Signals)
            writer.Sample(available, LabelBlock.Encode(("signal", signal.Name), ("reason", signal.Reason)), "", signal.Available ? 1 : 0);
    }

    private static readonly string?[] Labels =
        [.. CollectorCatalogue.All.Select(collector => collector.ReadsSource ? $"collector=\"{collector.Name}\"" : null)];

    private static void Single(ExpositionWriter writer, string name, string type, string? unit, string help, double value)
    {
        writer.Family(name, type, unit, help);
        writer.Sample(name, [], "", value);
    }
}

using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.Redaction;

namespace ProcessArsenal.Telemetry.EventPipe.Runtime;

/// <summary>What a .NET process has told of itself, as it stood at one moment: its series, and the latest events of its runtime. Names, tags and texts are
/// chosen by the process; what may be a secret in messages is <c>***</c>. Null is not told, never 0.</summary>
/// <param name="Time">When that was.</param>
/// <param name="State">How it stood with the session: attached, silent, ...</param>
/// <param name="Reason">Why it tells nothing, or less than it should; null if it does.</param>
/// <param name="Runtime">Version of its runtime; null if it has not told.</param>
/// <param name="EntryAssembly">Its program; null if it has not told.</param>
/// <param name="ListenedSince">When its events were first listened to: nothing was counted before.</param>
/// <param name="Lost">Events that it wrote and that never came.</param>
/// <param name="Series">Of its instruments, by meter.</param>
/// <param name="Omitted">Series that are left out for their number; null: none.</param>
/// <param name="GcPauses">Times in which a collection had all managed threads wait.</param>
/// <param name="LockContention">Times that threads waited for a lock (Monitor) of another.</param>
/// <param name="Starvation">Times that its thread pool took more threads since work waited too long.</param>
/// <param name="Exceptions">Those thrown, caught ones included.</param>
public sealed record RuntimeAccount(
    DateTimeOffset Time, string State, string? Reason, string? Runtime, string? EntryAssembly, DateTimeOffset? ListenedSince, long Lost, IReadOnlyList<RuntimeSeries> Series, int? Omitted,
    RuntimeHappenings GcPauses, RuntimeHappenings LockContention, RuntimeHappenings Starvation, RuntimeHappenings Exceptions)
{
    private const int MostSeries = 2000;

    /// <summary>There is a session with it, whether or not it tells anything just now.</summary>
    internal bool IsListenedTo => State is "attached" or "silent";

    /// <summary>What a target has told so far.</summary>
    /// <returns>Null if it is not known to be a .NET process.</returns>
    internal static RuntimeAccount? Of(DotnetTarget target, DateTimeOffset now)
    {
        DotnetStatus status = target.Status;
        return target.Read<RuntimeAccount?>(readings =>
        {
            RuntimeEvents events = readings.Events;
            if (status.State == DotnetTargetState.None && events.Began is null) return null; // One that has just ended has no socket any more, and has told all the same.
            RuntimeSeries[] series = [.. readings.Series.Take(MostSeries).Select(RuntimeSeries.Of)];
            return new RuntimeAccount(
                now, status.State.ToString().ToLowerInvariant(), status.Reason, readings.Runtime?.Version, readings.Runtime is { EntryAssembly: { Length: > 0 } entry } ? entry : null, events.Began, target.Lost,
                series, readings.SeriesCount > series.Length ? readings.SeriesCount - series.Length : null,
                RuntimeHappenings.Of(events.Pauses, events.RecentPauses), RuntimeHappenings.Of(events.Contention, events.RecentContentions),
                new RuntimeHappenings(events.Starvation, null, null, [.. events.RecentStarvations.All.Select(static one => new RuntimeHappening(one.Time) { Threads = (int)one.Value })]),
                new RuntimeHappenings(events.Exceptions.Values.Sum(), null, events.Exceptions.Count > 0 ? new Dictionary<string, long>(events.Exceptions) : null, [.. events.RecentExceptions.All.Select(static one => new RuntimeHappening(one.Time) { Type = one.Type, Message = Hide(one.Message) })]));
        });
    }

    private static string Hide(string message) => SecretShapes.Hide(NamedSecrets.Hide(message));
}

/// <summary>One series of an instrument.</summary>
/// <param name="Tags">As they were told: <c>k=v,k2=v2</c>.</param>
/// <param name="Kind">counter, up_down_counter, gauge or histogram.</param>
/// <param name="Value">A total, a level, or the sum of what a histogram recorded; null while none was told.</param>
/// <param name="Count">How often a histogram recorded; null: it is none.</param>
/// <param name="Quantiles">Of a histogram over the latest interval, where the runtime tells them.</param>
public sealed record RuntimeSeries(string Meter, string Instrument, string? Unit, string? Tags, string Kind, double? Value, long? Count, IReadOnlyDictionary<string, double>? Quantiles)
{
    private static readonly string[] Names = ["0.5", "0.95", "0.99"];

    internal static RuntimeSeries Of(MeterSeries series) => new(
        series.Meter, series.Instrument, series.Unit.Length > 0 ? series.Unit : null, series.Tags.Length > 0 ? series.Tags : null,
        series.Meaning switch { MeterKind.Counter => "counter", MeterKind.UpDownCounter => "up_down_counter", MeterKind.Gauge => "gauge", _ => "histogram" },
        double.IsFinite(series.Value) ? series.Value : null, series.Kind == MeterKind.Histogram ? series.Count : null, QuantilesOf(series));

    private static Dictionary<string, double>? QuantilesOf(MeterSeries series)
    {
        Dictionary<string, double>? told = null;
        for (int i = 0; i < series.Quantiles.Length && i < Names.Length; i++)
            if (double.IsFinite(series.Quantiles[i])) (told ??= [])[Names[i]] = series.Quantiles[i];
        return told;
    }
}

/// <summary>What happened of one kind.</summary>
/// <param name="Count">Since it is listened to.</param>
/// <param name="Seconds">In all; null where nothing lasts.</param>
/// <param name="ByType">Of exceptions: how many, by type.</param>
/// <param name="Latest">The oldest first.</param>
public sealed record RuntimeHappenings(long Count, double? Seconds, IReadOnlyDictionary<string, long>? ByType, IReadOnlyList<RuntimeHappening> Latest)
{
    internal static RuntimeHappenings Of(DurationHistogram all, RecentEvents latest) =>
        new(all.Count, all.Sum, null, [.. latest.All.Select(static one => new RuntimeHappening(one.Time) { Seconds = one.Value })]);
}

/// <summary>One of them.</summary>
/// <param name="Time">By the clock of the process.</param>
public sealed record RuntimeHappening(DateTimeOffset Time)
{
    /// <summary>How long it took.</summary>
    public double? Seconds { get; init; }

    /// <summary>Of a starvation: the threads of the pool since then.</summary>
    public int? Threads { get; init; }

    /// <summary>Of an exception: its full name.</summary>
    public string? Type { get; init; }

    public string? Message { get; init; }
}

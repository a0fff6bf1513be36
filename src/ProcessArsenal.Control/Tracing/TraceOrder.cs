using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Tracing;
using ProcessArsenal.Telemetry.Tracing.Native;

namespace ProcessArsenal.Control.Tracing;

/// <summary>What is to be recorded of a process.</summary>
public sealed record TraceOrder
{
    public static readonly TimeSpan UsualDuration = TimeSpan.FromSeconds(10), LongestDuration = TimeSpan.FromMinutes(30);

    /// <summary>A keyword of the runtime that has it collect all garbage, there and then.</summary>
    private const ulong Collects = 0x800000;

    public const long UsualBytes = 256L << 20, MostBytes = 4L << 30, UsualEvents = 10_000_000, MostEvents = 1_000_000_000;

    /// <summary>Names of presets, or providers as <c>NAME[:KEYWORDS[:LEVEL]]</c>, keywords in hexadecimal digits.</summary>
    public required IReadOnlyList<string> For { get; init; }

    public TimeSpan Duration { get; init; } = UsualDuration;

    public long Bytes { get; init; } = UsualBytes;

    public long Events { get; init; } = UsualEvents;

    /// <summary>What of it is shown unless something else is asked for; it is all recorded. Null for all.</summary>
    public TraceFilters? Filters { get; init; }

    /// <summary>What there is, for people: name and help.</summary>
    public static IReadOnlyList<(string Name, string Help)> Presets { get; } = [.. TracePreset.All.Select(static preset => (preset.Name, preset.Help))];

    /// <summary>Whether a text is the name of a preset, or a provider.</summary>
    public static bool IsKnown(string text) => TracePreset.Find(text) is not null || Provider(text) is not null;

    /// <summary>Whether a text is the name of a preset beside which nothing else can be asked for.</summary>
    public static bool StandsAlone(string text) => TracePreset.Find(text) is { StandsAlone: true };

    /// <summary>The preset for a profile that is chosen when it begins; those of the kernel and of the runtime.</summary>
    public const string Profile = TracePreset.Profile, Native = TracePreset.Native, Managed = TracePreset.Managed;

    /// <summary>The kernel tells it, not a runtime.</summary>
    internal bool IsNative => For.Any(static text => TracePreset.Find(text) is { IsNative: true });

    /// <summary>Chooses where that was left open.</summary>
    /// <param name="isDotnet">Its runtime can be asked.</param>
    internal TraceOrder Choose(bool isDotnet) => For is [Profile] ? this with { For = [isDotnet && !PerfEvents.IsCheap() ? Managed : Native] } : this;

    internal NativeOptions ToNativeOptions() => new() { Duration = Duration, MostEvents = Events, MostBytes = Bytes, OfWaits = For.Contains(TracePreset.OffCpu) };

    internal CaptureOptions ToOptions() => new()
    {
        Providers = TracePreset.Combine(For.Select(static text => TracePreset.Find(text) ?? new TracePreset(text, "", Provider(text)!))),
        Duration = Duration,
        MostBytes = Bytes,
        MostEvents = Events,
    };

    private static EventPipeProvider? Provider(string text)
    {
        string[] parts = text.Split(':');
        // One word alone is a preset that is misspelled rather than a provider.
        if (parts.Length is < 2 or > 3 || parts[0].Length is 0 or > 200 || !parts[0].All(static c => c is > ' ' and <= '~')) return null;
        string digits = parts[1].StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? parts[1][2..] : parts[1];
        if (!ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong keywords)) return null;
        int level = (int)EventLevel.Informational;
        if (parts.Length == 3 && (!int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out level) || level > (int)EventLevel.Verbose)) return null;
        if (parts[0].Equals("Microsoft-Windows-DotNETRuntime", StringComparison.OrdinalIgnoreCase) && (keywords & Collects) != 0) return null;
        // The session that is always there has the only filter of activities, and would be silent for ever.
        return parts[0].Equals("Microsoft-Diagnostics-DiagnosticSource", StringComparison.OrdinalIgnoreCase) ? null : new EventPipeProvider(parts[0], (EventLevel)level, (long)keywords);
    }
}

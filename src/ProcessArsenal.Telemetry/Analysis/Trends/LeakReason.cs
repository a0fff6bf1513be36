using System.Globalization;

namespace ProcessArsenal.Telemetry.Analysis.Trends;

/// <summary>A finding in words.</summary>
internal static class LeakReason
{
    public static string Of(in LeakFinding finding) => finding.Verdict switch
    {
        TrendVerdict.Unknown => Text($"too little is known: it takes {LeakDetector.Least.TotalMinutes:0.#} minutes without large gaps"),
        TrendVerdict.Steady => Text($"it does not rise by more than its noise or {LeakDetector.LeastRise:P0}: {Slope(finding)}"),
        TrendVerdict.TooEarly => Text($"it stepped up or began to rise less than {LeakDetector.Least.TotalMinutes:0.#} minutes ago; whether it goes on can't be told yet"),
        TrendVerdict.GivenBack => Text($"{Rise(finding)}, but was as high before: its lowest lately is {Bytes(finding.Low)}"),
        TrendVerdict.Slowing => Text($"{Rise(finding)}, which may be a warm-up: {Pace(finding)}"),
        TrendVerdict.Leak => Text($"{Rise(finding)}, {finding.Errors:0.#} times what its noise explains; its lowest lately is {Bytes(finding.Low)}; {Pace(finding)}{Limit(finding)}"),
        _ => "",
    };

    private static string Rise(in LeakFinding finding) =>
        Text($"rises by {Slope(finding)} for {Time(finding.Since ?? default)}, from {Bytes(finding.Before)} to {Bytes(finding.Now)}");

    private static string Slope(in LeakFinding finding) => Text($"{Bytes((finding.Slope ?? 0) * 60)} a minute");

    private static string Pace(in LeakFinding finding) => double.IsFinite(finding.Pace)
        ? Text($"the second half of that time was {finding.Pace:P0} as fast as the first")
        : "it rose faster before";

    private static string Limit(in LeakFinding finding) =>
        finding.ToLimit is { } left ? Text($"; at that pace it reaches {Bytes(finding.Limit ?? 0)} in {Time(left)}") : "";

    private static string Bytes(double bytes) => Math.Abs(bytes) switch
    {
        >= 10 * 1073741824.0 => Text($"{bytes / 1073741824:0.0} GiB"),
        >= 10 * 1048576.0 => Text($"{bytes / 1048576:0} MiB"),
        >= 100 * 1024.0 => Text($"{bytes / 1048576:0.00} MiB"),
        _ => Text($"{bytes / 1024:0.#} KiB"),
    };

    private static string Time(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => Text($"{time.TotalDays:0.#} days"),
        { TotalHours: >= 2 } => Text($"{time.TotalHours:0.#} hours"),
        _ => Text($"{time.TotalMinutes:0} minutes"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using System.CommandLine;
using System.Globalization;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>A moment as people name it who were woken: a time of day, which is the last that was, a day and a time here, a time by RFC 3339, or how long ago.</summary>
internal static class WhenOption
{
    private const string Expected = "a time such as 03:12, 2026-01-02 03:12 (as clocks are here) or 2026-01-02T03:12:00Z, or how long ago, such as 2h";

    private static readonly string[] Days = ["yyyy-MM-dd' 'HH:mm:ss", "yyyy-MM-dd' 'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd"];

    private static readonly string[] Exact = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    /// <param name="zone">Of times without one; tests give another.</param>
    public static Option<DateTimeOffset?> Of(string name, string description, TimeProvider? time = null, TimeZoneInfo? zone = null) => new(name)
    {
        HelpName = "time",
        Description = description,
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (Parse(text, (time ?? TimeProvider.System).GetUtcNow(), zone ?? TimeZoneInfo.Local) is { } when) return when;
            result.AddError($"{name} takes {Expected}, not '{Quoting.Cap(text)}'.");
            return null;
        },
    };

    /// <returns>Null if it is none.</returns>
    public static DateTimeOffset? Parse(string text, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (Durations.TryParse(text, out TimeSpan back)) return back < now - DateTimeOffset.MinValue ? now - back : null;
        if (TimeOnly.TryParseExact(text, ["HH:mm:ss", "HH:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly clock))
        {
            DateTime today = TimeZoneInfo.ConvertTime(now, zone).Date;
            DateTimeOffset at = At(today + clock.ToTimeSpan(), zone);
            return at <= now ? at : At(today.AddDays(-1) + clock.ToTimeSpan(), zone);
        }
        if (DateTime.TryParseExact(text, Days, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime day)) return day.Year > 1 ? At(day, zone) : null;
        return DateTimeOffset.TryParseExact(text, Exact, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset exact) ? exact : null;
    }

    /// <summary>As it is given to the daemon.</summary>
    public static string Text(DateTimeOffset when) => when.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset At(DateTime local, TimeZoneInfo zone) => new(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), zone.GetUtcOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified)));
}

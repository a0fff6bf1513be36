using System.CommandLine;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>The flags of <c>top</c>.</summary>
internal sealed class TopOptions
{
    private const string WithoutPast =
        "this needs earlier samples, and there are two only, a quarter of a second apart; let top run for as long (--iterations), or have the daemon watch for it (watch)";

    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(100), Most = TimeSpan.FromHours(1);

    private readonly ListOptions _list = new();

    private readonly Option<string> _sort = Options.Choice("--sort", ColumnCatalogue.SortWords,
        $"What to sort by, greatest first (names and pids: least first): {string.Join(", ", ColumnCatalogue.SortWords)}.", "-s");

    private readonly Option<int?> _limit = Options.Number("--limit", least: 0, "List at most so many; 0 is all. [default: 0]", "number", "-n");

    private readonly Option<bool> _groups = new("--groups") { Description = "List groups, with the sums of their processes." };

    private readonly Option<bool> _kernel = new("--kernel") { Description = "List kernel threads too." };

    private readonly Option<bool> _once = new("--once") { Description = "Print one listing as plain text, and end." };

    private readonly Option<int?> _iterations = Options.Number("--iterations", least: 1,
        "End after so many samples. [default: on a terminal none, else 1]", "number");

    private readonly Option<TimeSpan?> _interval = new("--interval", "-i")
    {
        HelpName = "duration",
        Description = "Time between two samples of all processes. [default: 2s]",
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (Durations.TryParse(text, out TimeSpan interval) && interval >= Least && interval <= Most) return interval;
            result.AddError($"--interval takes a duration from 100ms to 1h, not '{Quoting.Cap(text)}'.");
            return null;
        },
    };

    public void AddTo(Command command, SettingsOptions settings)
    {
        _sort.HelpName = "column";
        foreach (Option option in (Option[])[_list.Where, _sort, _limit, _groups, _kernel, _interval, _once, _iterations]) command.Add(option);
        settings.AddTo(command, without: "--interval");
    }

    /// <summary>How many samples to show; 0 is no end.</summary>
    public int Iterations(ParseResult result, bool isInteractive) =>
        result.GetValue(_iterations) is { } number ? number : isInteractive ? 0 : 1;

    public bool IsOnce(ParseResult result) => result.GetValue(_once);

    /// <param name="isInteractive">It goes on until somebody ends it.</param>
    /// <returns>Null, with the error printed, if the expression is wrong.</returns>
    public TopState? State(ParseResult result, ConfigurationResult loaded, bool isInteractive)
    {
        bool isOne = IsOnce(result) || Iterations(result, isInteractive) == 1;
        if (!_list.TryParseWhere(result, out Telemetry.Expressions.Expression? where, isOne ? WithoutPast : null)) return null;
        return new TopState
        {
            Where = where,
            Sort = ColumnCatalogue.Find(result.GetValue(_sort)!),
            Limit = result.GetValue(_limit) ?? 0,
            Grouped = result.GetValue(_groups),
            Kernel = result.GetValue(_kernel),
            Interval = result.GetValue(_interval) ?? IntervalBefore(loaded) ?? TimeSpan.FromSeconds(2),
        };
    }

    /// <summary>The flag counts before the command's name as well. What the daemon is configured to do is not what a person at a screen wants.</summary>
    private static TimeSpan? IntervalBefore(ConfigurationResult loaded) =>
        loaded.Origins.GetValueOrDefault("sampling.interval") == "--interval" ? loaded.Configuration!.Sampling.Interval : null;
}

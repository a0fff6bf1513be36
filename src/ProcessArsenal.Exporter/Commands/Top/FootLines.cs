using System.Globalization;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>Below the list: who ended lately, and what is shown or typed.</summary>
internal static class FootLines
{
    private const int NameWidth = 15; // TASK_COMM_LEN, without its NUL

    private const int MostHintLines = 3;

    /// <summary>The width from which there is room for the group as well.</summary>
    private const int ForGroup = 100;

    /// <summary>One line: when, who, how it ended, how long it lived and what CPU time it used.</summary>
    public static void DrawExit(Frame frame, in RecentExit exit, TimeZoneInfo zone)
    {
        DateTimeOffset time = TimeZoneInfo.ConvertTime(exit.Time, zone);
        frame.Write(time.ToString("HH:mm:ss", CultureInfo.InvariantCulture), Style.Faint);
        frame.Write(" ended ", Style.Faint);
        frame.Field(exit.Pid.ToString(CultureInfo.InvariantCulture), 7, right: true);
        frame.Skip(1);
        frame.Field(exit.Name, NameWidth, right: false);
        frame.Skip(1);
        frame.Field(OutcomeOf(exit.Outcome, exit.Code), 10, right: false, exit.Outcome is ExitOutcome.Success ? Style.Good : exit.Outcome is ExitOutcome.Unknown ? Style.Faint : Style.Alarming);
        frame.Write(" lived ", Style.Faint);
        frame.Field(Seconds(exit.Lifetime?.TotalSeconds), 7, right: true);
        frame.Write(" cpu ", Style.Faint);
        frame.Field(Seconds(exit.CpuSeconds), 7, right: true);
        frame.Skip(2);
        if (frame.Width >= ForGroup) frame.Write(exit.Group, Style.Faint);
        frame.EndLine();
    }

    /// <summary>What is listed, and the keys that matter most; or the filter being typed.</summary>
    public static void DrawStatus(Frame frame, Listing listing, TopState state, int shown)
    {
        if (state.Prompt is { } prompt) DrawPrompt(frame, prompt);
        else
        {
            if (state.Paused) frame.Write("PAUSED ", Style.Alarming);
            frame.Write(Position(listing, state, shown), Style.Strong);
            frame.Write($"  by {state.Sort.Word}{(state.Reversed ? " reversed" : "")}  every {Configuration.Durations.Format(state.Interval)}");
            if (state.Where is { } where)
            {
                frame.Write("  where ");
                frame.Write(where.Text, Style.Remarkable);
            }
            string keys = state.Overlay == Overlay.None ? "?:help  /:filter  q:quit" : "esc:back";
            if (frame.Column + 2 + keys.Length > frame.Width) return;
            frame.Skip(frame.Width - frame.Column - keys.Length);
            frame.Write(keys, Style.Faint);
        }
    }

    private static string Position(Listing listing, TopState state, int shown) => listing.Count == 0
        ? "nothing to list"
        : string.Create(CultureInfo.InvariantCulture, $"{state.Offset + 1}-{state.Offset + shown} of {listing.Count}");

    /// <summary>What was typed, with its end in sight, and what is wrong with it, at the place.</summary>
    private static void DrawPrompt(Frame frame, FilterPrompt prompt)
    {
        frame.Write("/", Style.Strong);
        // So that what is before the caret fits, and the caret with it; wide characters take two columns.
        int start = Math.Max(0, prompt.Caret - Math.Max(1, (frame.Width - 2) / 2));
        if (start > 0 && start < prompt.Text.Length && char.IsLowSurrogate(prompt.Text[start])) start++;
        ReadOnlySpan<char> text = prompt.Text;
        int after = prompt.Caret;
        if (after < text.Length) after += char.IsSurrogatePair(prompt.Text, after) ? 2 : 1;
        frame.Write(text[start..prompt.Caret]);
        frame.Write(prompt.Caret < text.Length ? text[prompt.Caret..after] : " ", Style.Marked);
        frame.Write(text[after..]);
    }

    /// <summary>How many lines the hint of a prompt takes.</summary>
    public static int HintLines(FilterPrompt prompt, int width, int height) =>
        height <= 3 ? 0 : Math.Clamp((Hint(prompt).Length + width - 1) / width, 1, height < 12 ? 1 : MostHintLines);

    /// <summary>The lines above the prompt: what to do, or what is wrong and where.</summary>
    public static void DrawHint(Frame frame, FilterPrompt prompt, int lines)
    {
        ReadOnlySpan<char> rest = Hint(prompt);
        for (int i = 0; i < lines; i++)
        {
            frame.Write(rest, prompt.Error is null ? Style.Faint : Style.Alarming);
            rest = rest[Math.Min(frame.Width, rest.Length)..];
            frame.EndLine();
        }
    }

    private static string Hint(FilterPrompt prompt) => prompt.Error is { } error
        ? string.Create(CultureInfo.InvariantCulture, $"position {error.Position + 1}: {error.Message}")
        : "as in: cpu > 50% and not user = \"root\"   enter:filter  esc:keep the old one  ctrl-u:clear";

    internal static string OutcomeOf(ExitOutcome outcome, int? code) => outcome switch
    {
        ExitOutcome.Success => "exit 0",
        ExitOutcome.Failure => code is { } exit ? string.Create(CultureInfo.InvariantCulture, $"exit {exit}") : "failure",
        ExitOutcome.Signal => code is { } signal ? string.Create(CultureInfo.InvariantCulture, $"signal {signal}") : "signal",
        ExitOutcome.OomKill => "oom kill",
        ExitOutcome.Unknown => "-",
        _ => outcome.ToString(),
    };

    /// <summary>Short lives deserve more than whole seconds.</summary>
    private static string Seconds(double? seconds) => seconds switch
    {
        null => "-",
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0}ms"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0}s"),
        _ => Terminal.Age(seconds),
    };
}

using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>What is on the screen, from top to bottom: the machine, the list, who ended, what is listed. Pure: what it is given, and a size.</summary>
internal sealed class TopScreen(Frame frame, TimeZoneInfo zone)
{
    /// <summary>Heights from which there is room for the machine at all, in full, and for one, two and four of those who ended.</summary>
    private const int ForSummary = 8, ForHeader = 16, ForExit = 12, ForTwoExits = 20, ForFourExits = 40;

    private const int HeaderLineCount = 4;

    /// <summary>Lines of the list that there is room for.</summary>
    public int Page { get; private set; } = 1;

    public Frame Frame => frame;

    /// <returns>The state with the cursor within the list.</returns>
    public TopState Draw(
        ReadOnlySpan<ProcessRow> rows, HostSummary host, IReadOnlyList<RecentExit> exits, Listing listing, TopState state, int width, int height)
    {
        frame.Begin(Math.Max(1, width), Math.Max(1, height));
        if (height >= ForSummary) HeaderLines.Draw(frame, rows, host, height >= ForHeader ? HeaderLineCount : 1);
        int shownExits = Math.Min(exits.Count, height switch { >= ForFourExits => 4, >= ForTwoExits => 2, >= ForExit => 1, _ => 0 });
        int hint = state.Prompt is { } typed ? FootLines.HintLines(typed, frame.Width, height) : 0;
        int foot = shownExits + hint + (height > 1 ? 1 : 0);
        bool hasHeadings = height > 2;
        Page = Math.Max(1, height - frame.LineCount - foot - (hasHeadings ? 1 : 0));
        state = state.Within(listing.Count, Page);
        DrawMiddle(rows, listing, state, hasHeadings);

        for (int i = 0; i < shownExits; i++) FootLines.DrawExit(frame, exits[i], zone);
        if (state.Prompt is { } prompt) FootLines.DrawHint(frame, prompt, hint);
        if (height > 1)
        {
            FootLines.DrawStatus(frame, listing, state, Math.Min(Page, listing.Count - state.Offset));
            frame.EndLine();
        }
        return state;
    }

    private void DrawMiddle(ReadOnlySpan<ProcessRow> rows, Listing listing, TopState state, bool hasHeadings)
    {
        int lines = Page + (hasHeadings ? 1 : 0);
        if (state.Overlay == Overlay.Help) HelpPage.Draw(frame, lines);
        else if (state.Overlay == Overlay.Process && !state.Grouped && listing.Count > 0) ProcessPage.Draw(frame, rows[listing[state.Cursor]], lines);
        else
        {
            if (hasHeadings) TableLines.DrawHeadings(frame, state);
            int count = Math.Min(Page, listing.Count - state.Offset);
            TableLines.Draw(frame, rows, listing, state, state.Offset, count, mark: true);
            for (int i = count; i < Page; i++) frame.EndLine();
        }
    }

    /// <summary>All of it as text, without a cursor: for files, pipes and terminals that only print.</summary>
    public void DrawAll(ReadOnlySpan<ProcessRow> rows, HostSummary host, IReadOnlyList<RecentExit> exits, Listing listing, TopState state, int width)
    {
        frame.Begin(width, int.MaxValue);
        HeaderLines.Draw(frame, rows, host, HeaderLineCount);
        TableLines.DrawHeadings(frame, state);
        TableLines.Draw(frame, rows, listing, state, 0, listing.Count, mark: false);
        for (int i = 0; i < Math.Min(exits.Count, 4); i++) FootLines.DrawExit(frame, exits[i], zone);
    }
}

using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>What lies over the list.</summary>
internal enum Overlay : byte
{
    None,
    Help,

    /// <summary>All about the process under the cursor.</summary>
    Process,
}

/// <summary>All that the user has chosen. Immutable; <see cref="TopKeys"/> leads from one to the next.</summary>
internal sealed record TopState
{
    /// <summary>What <c>+</c> and <c>-</c> step through.</summary>
    public static readonly TimeSpan[] Intervals = [.. new[] { 0.25, 0.5, 1, 2, 5, 10, 30, 60 }.Select(TimeSpan.FromSeconds)];

    public Column Sort { get; init; } = ColumnCatalogue.Default;

    /// <summary>Against the order that is usual for the column.</summary>
    public bool Reversed { get; init; }

    public Expression? Where { get; init; }

    /// <summary>One line per group.</summary>
    public bool Grouped { get; init; }

    /// <summary>Kernel threads too.</summary>
    public bool Kernel { get; init; }

    public bool Paused { get; init; }

    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Most lines of the list; 0 is all.</summary>
    public int Limit { get; init; }

    /// <summary>The line of the list that is marked.</summary>
    public int Cursor { get; init; }

    /// <summary>The first line of the list that is on the screen.</summary>
    public int Offset { get; init; }

    public Overlay Overlay { get; init; }

    /// <summary>The filter being typed; null if none is.</summary>
    public FilterPrompt? Prompt { get; init; }

    public bool Quit { get; init; }

    /// <summary>The same with the cursor in the list and on the screen.</summary>
    /// <param name="count">Lines of the list.</param>
    /// <param name="page">Lines of it that the screen has room for.</param>
    public TopState Within(int count, int page)
    {
        int cursor = Math.Clamp(Cursor, 0, Math.Max(0, count - 1));
        int offset = Math.Clamp(Offset, Math.Max(0, cursor - page + 1), cursor);
        offset = Math.Min(offset, Math.Max(0, count - page));
        return cursor == Cursor && offset == Offset ? this : this with { Cursor = cursor, Offset = offset };
    }
}

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>What the keys do; those of the columns come from the catalogue.</summary>
internal static class HelpPage
{
    private static readonly (string Keys, string What)[] Lines =
    [
        ("q  Ctrl-C", "quit"),
        ("arrows  PgUp PgDn  Home End", "move"),
        ("enter", "all about the marked process"),
        ("/", "filter by an expression, as in 'ps --where'; an empty one lists all"),
        ("g", "groups, one line each: 12.3+ is at least so much, as some members can't be read"),
        ("k", "kernel threads too, or not"),
        ("r", "reverse the order"),
        ("space", "pause; you can still move, sort and filter"),
        ("+  -", "longer or shorter intervals"),
        (Sorts(), "sort by:"),
    ];

    private static readonly string[] Notes =
    [
        "CPU%, WAIT% and BLKIO% are of one core or one thread: running, ready without a CPU, waiting for block I/O.",
        "READ/s and WRITE/s are what reached storage. MEM is resident memory. A dash is a value that can't be read.",
        "S: R running, S sleeping, D waiting (mostly for storage), T stopped, Z dead and not reaped by its parent, I idle.",
        "Pressure: the share of the last 10 s in which some task waited for it.",
    ];

    /// <param name="lines">Lines to fill.</param>
    public static void Draw(Frame frame, int lines)
    {
        int keys = Lines.Max(line => line.Keys.Length);
        int left = lines;
        foreach ((string pressed, string what) in Lines)
        {
            if (left-- <= 0) return;
            frame.Field(pressed, Math.Min(keys, frame.Width / 2), right: false, Style.Strong);
            frame.Write("  ");
            frame.Write(what);
            if (pressed == Sorts()) frame.Write(" " + string.Join(", ", Sorting().Select(column => $"{column.Key} {column.Word}")));
            frame.EndLine();
        }
        foreach (string note in Notes.Prepend(""))
        {
            if (left-- <= 0) return;
            frame.Write(note, Style.Faint);
            frame.EndLine();
        }
        while (left-- > 0) frame.EndLine();
    }

    private static IEnumerable<Column> Sorting() => ColumnCatalogue.All.Where(column => column.Key != '\0');

    private static string Sorts() => string.Join(' ', Sorting().Select(column => column.Key));
}

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
        keys = Math.Min(keys, frame.Width / 2);
        int left = lines;
        foreach ((string pressed, string what) in Lines)
        {
            string text = pressed == Sorts() ? $"{what} {string.Join(", ", Sorting().Select(column => $"{column.Key} {column.Word}"))}" : what;
            string label = pressed;
            foreach (string line in Wrapped(text, frame.Width - keys - 2))
            {
                if (left-- <= 0) return;
                frame.Field(label, keys, right: false, Style.Strong);
                frame.Write("  ");
                frame.Write(line);
                frame.EndLine();
                label = "";
            }
        }
        foreach (string line in Notes.SelectMany(note => Wrapped(note, frame.Width)).Prepend(""))
        {
            if (left-- <= 0) return;
            frame.Write(line, Style.Faint);
            frame.EndLine();
        }
        while (left-- > 0) frame.EndLine();
    }

    /// <summary>Cuts a text between words; a word that is too long is left to the frame.</summary>
    private static IEnumerable<string> Wrapped(string text, int width)
    {
        while (text.Length > width && text.LastIndexOf(' ', Math.Max(width, 0)) is var space and > 0)
        {
            yield return text[..space];
            text = text[(space + 1)..];
        }
        yield return text;
    }

    private static IEnumerable<Column> Sorting() => ColumnCatalogue.All.Where(column => column.Key != '\0');

    private static string Sorts() => string.Join(' ', Sorting().Select(column => column.Key));
}

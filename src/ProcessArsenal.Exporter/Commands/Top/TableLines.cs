using System.Globalization;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>The headings, and the lines of the list that are on the screen.</summary>
internal static class TableLines
{
    /// <summary>A command shorter than this says too little; a column goes rather.</summary>
    private const int LeastCommand = 14;

    private static readonly Column[] ForProcesses = [.. ColumnCatalogue.All.Where(column => column.IsShown && !column.GroupsOnly)];

    /// <summary>The name of a group comes last, and has the room that a command has in the list of processes.</summary>
    private static readonly Column[] ForGroups =
    [
        .. ColumnCatalogue.All.Where(column => column.IsShown && column.Fold != Fold.None),
        ColumnCatalogue.Find("group") with { Width = ColumnCatalogue.Wide, Rank = 0 },
    ];

    public static void DrawHeadings(Frame frame, TopState state)
    {
        frame.LineStyle = frame.Support == StyleSupport.None ? Style.Plain : Style.Heading;
        foreach (Column column in Fitting(frame.Width, state.Grouped))
        {
            bool isLast = column.Width == ColumnCatalogue.Wide;
            Style line = frame.LineStyle;
            if (column.Word == state.Sort.Word && line == Style.Heading) frame.LineStyle = Style.Sorted;
            if (isLast) frame.Write(column.Heading);
            else frame.Field(column.Heading, column.Width, column.Number is not null);
            frame.LineStyle = line;
            if (!isLast) frame.Skip(1);
        }
        frame.EndLine();
    }

    /// <param name="first">First line of the list.</param>
    /// <param name="count">How many of its lines.</param>
    /// <param name="mark">Whether to mark the line under the cursor.</param>
    public static void Draw(Frame frame, ReadOnlySpan<ProcessRow> rows, Listing listing, TopState state, int first, int count, bool mark)
    {
        List<Column> columns = Fitting(frame.Width, state.Grouped);
        for (int line = first; line < first + count; line++)
        {
            if (mark && line == state.Cursor) frame.LineStyle = Style.Marked;
            foreach (Column column in columns)
            {
                if (state.Grouped) DrawGroup(frame, listing, column, listing[line]);
                else DrawProcess(frame, rows[listing[line]], column);
                if (column.Width != ColumnCatalogue.Wide) frame.Skip(1);
            }
            frame.EndLine();
        }
    }

    /// <summary>The columns that there is room for.</summary>
    internal static List<Column> Fitting(int width, bool grouped)
    {
        List<Column> columns = [.. grouped ? ForGroups : ForProcesses];
        while (columns.Count > 2 && columns.Sum(column => (column.Width == ColumnCatalogue.Wide ? LeastCommand : column.Width) + 1) - 1 > width)
            columns.Remove(columns.MaxBy(column => column.Rank)!);
        return columns;
    }

    private static void DrawProcess(Frame frame, in ProcessRow row, Column column)
    {
        if (column.Width == ColumnCatalogue.Wide) frame.Write(CommandOf(row), row.Description.IsKernelThread ? Style.Faint : Style.Plain);
        else if (column.Number is { } number) DrawNumber(frame, column, number(row), isPartial: false);
        else
        {
            string? text = column.Text!(row);
            frame.Field(text ?? "-", column.Width, right: false, text switch { null => Style.Faint, "R" => Style.Good, "D" or "Z" => Style.Alarming, _ => Style.Plain });
        }
    }

    private static void DrawGroup(Frame frame, Listing listing, Column column, int group)
    {
        if (column.Fold == Fold.None) frame.Write(listing.Groups.NameOf(group));
        else DrawNumber(frame, column, listing.Groups.Value(group, column, out bool isPartial), isPartial);
    }

    private static void DrawNumber(Frame frame, Column column, double? value, bool isPartial)
    {
        bool isMarked = isPartial && value is not null;
        string text = Column.Format(value, column.Unit, isMarked ? column.Width - 1 : column.Width);
        frame.Field(isMarked ? text + "+" : text, column.Width, right: true, value switch
        {
            null or 0 => Style.Faint,
            _ when value >= column.Remarkable * 4 => Style.Alarming,
            _ when value >= column.Remarkable => Style.Remarkable,
            _ => Style.Plain,
        });
    }

    /// <summary>The arguments, without the directory of the program, which would take the room from what tells processes apart.</summary>
    internal static ReadOnlySpan<char> CommandOf(in ProcessRow row)
    {
        if (row.Description.CommandLine is not { Length: > 0 } line) return string.Create(CultureInfo.InvariantCulture, $"[{row.Description.Name}]");
        string program = row.Description.Arguments is { Count: > 0 } arguments ? arguments[0] : "";
        bool isPath = program.StartsWith('/') && !program.Contains(' ', StringComparison.Ordinal) && line.StartsWith(program, StringComparison.Ordinal);
        return isPath ? line.AsSpan(program.LastIndexOf('/') + 1) : line;
    }
}

using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>Text for people: widths, units, and nothing that a process could have smuggled in to drive the terminal.</summary>
internal static class Terminal
{
    private const int PipedWidth = 200;
    private const int Unbounded = 10_000;

    /// <summary>Columns of the terminal; a fixed width where the output goes elsewhere, so that it pastes the same everywhere.</summary>
    public static int Width => Console.IsOutputRedirected ? PipedWidth : Math.Max(60, Console.WindowWidth);

    /// <summary>Whether the output takes colours and bold: a terminal that can do them, and nobody who wants none (https://no-color.org).</summary>
    public static bool HasColours => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "" && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>A table whose first row is the heading, and whose last column takes the width that the others leave.</summary>
    public static Table Table(List<string[]> rows, int rightAligned)
    {
        int last = rows[0].Length - 1;
        int used = Enumerable.Range(0, last).Sum(column => rows.Max(row => row[column].GetCellWidth()) + 1);
        int left = Math.Max(10, Width - used);
        Table table = new Table().Border(TableBorder.None);
        for (int i = 0; i <= last; i++)
        {
            var column = new TableColumn(new Text(rows[0][i], new Style(decoration: Decoration.Bold))) { NoWrap = true, Padding = new Padding(0, 0, i == last ? 0 : 1, 0) };
            table.AddColumn(i < rightAligned ? column.RightAligned() : column);
        }
        foreach (string[] row in rows.Skip(1))
            table.AddRow(row.Select((cell, i) => new Text(i == last ? Cut(cell, left) : cell)));
        return table;
    }

    /// <summary>Renders without trailing blanks.</summary>
    public static void Write(TextWriter output, IRenderable content, bool colours)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = Unbounded; // Spectre would fold what is wider; widths are ours to keep.
        console.Profile.Capabilities.Unicode = true;
        console.Write(content);
        foreach (string line in text.ToString().TrimEnd('\n').Split('\n')) output.WriteLine(line.TrimEnd());
    }

    /// <summary>Replaces what is not printable: escape sequences, newlines, bidirectional overrides.</summary>
    public static string Printable(string text, int most = 4096)
    {
        var printable = new StringBuilder(Math.Min(text.Length, most));
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (printable.Length >= most) break;
            if (IsHidden(rune)) printable.Append('\uFFFD');
            else printable.Append(rune);
        }
        return printable.ToString();
    }

    /// <summary>Whether it is not to be seen, or drives a terminal.</summary>
    public static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned;

    /// <summary>Cuts to so many columns of the terminal; a wide character takes two.</summary>
    public static string Cut(string text, int width)
    {
        int used = 0;
        for (int i = 0; i < text.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1)
        {
            used += text.Substring(i, char.IsSurrogatePair(text, i) ? 2 : 1).GetCellWidth();
            if (used > width) return text[..i].TrimEnd();
        }
        return text;
    }

    /// <summary>1536 is 1.5K; powers of 1024.</summary>
    public static string Bytes(double? bytes)
    {
        if (bytes is not { } value) return "-";
        string[] units = ["", "K", "M", "G", "T", "P"];
        int unit = 0;
        for (; value >= 999.5 && unit < units.Length - 1; unit++) value /= 1024;
        return value.ToString(unit == 0 || value >= 9.95 ? "0" : "0.0", CultureInfo.InvariantCulture) + units[unit];
    }

    /// <summary>42s, 5m07s, 3h12m, 9d04h.</summary>
    public static string Age(double? seconds)
    {
        if (seconds is not { } value) return "-";
        TimeSpan age = TimeSpan.FromSeconds(value);
        if (age.TotalMinutes < 1) return string.Create(CultureInfo.InvariantCulture, $"{age.Seconds}s");
        if (age.TotalHours < 1) return string.Create(CultureInfo.InvariantCulture, $"{age.Minutes}m{age.Seconds:00}s");
        if (age.TotalDays < 1) return string.Create(CultureInfo.InvariantCulture, $"{age.Hours}h{age.Minutes:00}m");
        return string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays}d{age.Hours:00}h");
    }

    public static string Percent(double? cores) => cores is { } value ? (value * 100).ToString("0.0", CultureInfo.InvariantCulture) : "-";
}

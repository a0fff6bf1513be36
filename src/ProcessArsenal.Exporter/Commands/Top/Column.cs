using System.Globalization;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands.Top;

internal delegate double? ColumnNumber(in ProcessRow row);

internal delegate string? ColumnText(in ProcessRow row);

/// <summary>How a number is written.</summary>
internal enum Unit : byte
{
    /// <summary>As it is, all its digits.</summary>
    Exact,
    Count,

    /// <summary>Cores, or seconds per second, as percent.</summary>
    Percent,
    Bytes,
    Age,
}

/// <summary>What a column of a group says of its members.</summary>
internal enum Fold : byte
{
    /// <summary>Nothing: the column is not shown for groups.</summary>
    None,
    Sum,
    Largest,
}

/// <summary>A column of <c>top</c>, and an order to list in. Either <see cref="Number"/> or <see cref="Text"/> reads its value; null is unreadable.</summary>
/// <param name="Heading">As it stands above the values.</param>
/// <param name="Word">What <c>--sort</c> calls it.</param>
/// <param name="Width">Columns of the terminal; 0: it is only an order, and never shown.</param>
/// <param name="Rank">Where there is not enough room, the highest goes first.</param>
internal sealed record Column(string Heading, string Word, int Width, int Rank)
{
    /// <summary>The key that sorts by it; NUL for none.</summary>
    public char Key { get; init; }

    public ColumnNumber? Number { get; init; }

    public ColumnText? Text { get; init; }

    public Unit Unit { get; init; }

    public Fold Fold { get; init; }

    /// <summary>It says nothing of a single process.</summary>
    public bool GroupsOnly { get; init; }

    /// <summary>Least first is what one wants to see: pids and names.</summary>
    public bool Ascending { get; init; }

    /// <summary>From this value on it stands out; from four times of it more so.</summary>
    public double Remarkable { get; init; } = double.PositiveInfinity;

    public bool IsShown => Width > 0;

    /// <summary>A number in at most <paramref name="width"/> characters. One that does not fit is <c>#</c>: cut digits would be another number.</summary>
    public static string Format(double? value, Unit unit, int width)
    {
        string text = (unit, value) switch
        {
            (_, null) => "-",
            (Unit.Percent, >= 9.995) => (value.Value * 100).ToString("0", CultureInfo.InvariantCulture),
            (Unit.Percent, _) => Terminal.Percent(value),
            (Unit.Bytes, _) => Terminal.Bytes(value),
            (Unit.Age, >= 100 * 86_400d) => string.Create(CultureInfo.InvariantCulture, $"{(long)(value.Value / 86_400)}d"),
            (Unit.Age, _) => Terminal.Age(value),
            (Unit.Count, >= 1e5) => string.Create(CultureInfo.InvariantCulture, $"{(long)(value.Value / 1000)}k"),
            _ => value.Value.ToString("0", CultureInfo.InvariantCulture),
        };
        return text.Length <= width ? text : "#";
    }
}

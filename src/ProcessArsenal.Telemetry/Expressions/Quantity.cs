using System.Globalization;

namespace ProcessArsenal.Telemetry.Expressions;

internal enum UnitKind : byte
{
    None,
    Size,
    Duration,
    Percent,
}

/// <summary>A unit: the value in the base unit (byte, second, 1) is the number times <paramref name="Factor"/>, divided by
/// <paramref name="Divisor"/>, so that 80% is exactly 0.8.</summary>
internal sealed record Unit(string Name, UnitKind Kind, double Factor, double Divisor = 1)
{
    public static readonly Unit None = new("", UnitKind.None, 1);

    /// <summary>Every unit that can be written. KB is read and written as kB.</summary>
    public static readonly Unit[] All =
    [
        new("B", UnitKind.Size, 1),
        new("KiB", UnitKind.Size, 1L << 10),
        new("MiB", UnitKind.Size, 1L << 20),
        new("GiB", UnitKind.Size, 1L << 30),
        new("TiB", UnitKind.Size, 1L << 40),
        new("kB", UnitKind.Size, 1e3),
        new("MB", UnitKind.Size, 1e6),
        new("GB", UnitKind.Size, 1e9),
        new("TB", UnitKind.Size, 1e12),
        new("ms", UnitKind.Duration, 1, 1000),
        new("s", UnitKind.Duration, 1),
        new("m", UnitKind.Duration, 60),
        new("h", UnitKind.Duration, 3600),
        new("d", UnitKind.Duration, 86400),
        new("%", UnitKind.Percent, 1, 100),
    ];

    public static Unit? Find(string name) => name == "KB" ? Find("kB") : Array.Find(All, unit => unit.Name == name);

    /// <summary>What was meant by a unit that is none; null if it can't be guessed.</summary>
    public static string? Guess(string name) => name switch
    {
        "K" or "k" => "KiB",
        "M" => "MiB",
        "G" or "g" => "GiB",
        "T" or "t" => "TiB",
        _ => Array.Find(All, unit => unit.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Name,
    };
}

/// <summary>A number as written.</summary>
/// <param name="Digits">Its digits, without zeros that say nothing.</param>
/// <param name="Unit">Its unit.</param>
internal readonly record struct Quantity(string Digits, Unit Unit)
{
    /// <summary>In the base unit: bytes, seconds, 1. Infinite if it is too large for a double.</summary>
    public double Value =>
        double.Parse(Digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
        * Unit.Factor / Unit.Divisor;

    /// <summary>Takes away zeros that say nothing: 007.50 is 7.5, -0 is 0.</summary>
    public static string Canonical(string digits)
    {
        bool negative = digits[0] == '-';
        string rest = digits.TrimStart('-').TrimStart('0');
        if (rest.Contains('.', StringComparison.Ordinal)) rest = rest.TrimEnd('0').TrimEnd('.');
        if (rest.Length == 0) return "0";
        if (rest[0] == '.') rest = "0" + rest;
        return negative ? "-" + rest : rest;
    }
}

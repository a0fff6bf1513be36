namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>What a field holds: decides which operators and units fit, and how it is named in messages.</summary>
/// <param name="Phrase">After "memory is".</param>
/// <param name="Unit">For the table of fields.</param>
/// <param name="Fitting">The units that may be written; a number without one always fits a numeric field.</param>
/// <param name="Example">What may follow the field's name.</param>
/// <param name="MostPlain">The greatest number that may be written without a unit: who writes a greater one forgot the <c>%</c>.</param>
internal sealed record Measure(string Phrase, string Unit, UnitKind Fitting, string Example, double MostPlain = double.PositiveInfinity)
{
    public static readonly Measure Text = new("text", "text", UnitKind.None, " = \"...\"");
    public static readonly Measure Flag = new("a flag", "true or false", UnitKind.None, " = true");
    public static readonly Measure Count = new("a plain number", "number", UnitKind.None, " > 10");
    public static readonly Measure Size = new("a size", "bytes", UnitKind.Size, " > 200MiB");
    public static readonly Measure SizeRate = new("a size per second", "bytes per second", UnitKind.Size, " > 10MiB");
    public static readonly Measure Rate = new("a number per second", "per second", UnitKind.None, " > 100");
    public static readonly Measure Duration = new("a duration", "seconds", UnitKind.Duration, " > 5m");
    public static readonly Measure Seconds = new("a number of seconds per second", "seconds per second", UnitKind.Percent, " > 0.5");
    public static readonly Measure Ratio = new("a ratio", "ratio (1 = 100%)", UnitKind.Percent, " > 80%", MostPlain: 1);
    public static readonly Measure Cores = new("a number of cores", "cores (1 = 100% of one)", UnitKind.Percent, " > 0.8", MostPlain: 64);
}

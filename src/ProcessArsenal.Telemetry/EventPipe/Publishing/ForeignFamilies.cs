using ProcessArsenal.Telemetry.EventPipe.Meters;

namespace ProcessArsenal.Telemetry.EventPipe.Publishing;

/// <summary>Which families there are of targets, whose instruments have names of their own choice: no two types under one name, and none that is
/// ours. What clashes has its meter's name put before it; what still does is left out. Used by one thread.</summary>
internal sealed class ForeignFamilies
{
    /// <summary>Families at once. A program has some dozens.</summary>
    public const int Most = 2000;

    private static readonly string[] OurPrefixes = ["process_", "system_process_", "arsenal_", "namedprocess_"];

    private readonly Dictionary<string, ForeignFamily> _byName = [];

    /// <summary>Names that are taken: <c>x_count</c> is a histogram's, and may not be a counter's too.</summary>
    private readonly HashSet<string> _taken = [];

    private int _order;

    /// <summary>Counts the ticks.</summary>
    public long Round { get; private set; }

    /// <summary>To be called once a tick: forgets families that no target has had for long, if there are many.</summary>
    public void BeginRound(long keep = 60)
    {
        Round++;
        if (_byName.Count < Most / 2) return;
        foreach ((string name, ForeignFamily family) in _byName)
        {
            if (family.Seen > Round - keep) continue;
            _byName.Remove(name);
            _taken.ExceptWith(ForeignFamily.Names(name, family.Type));
        }
    }

    /// <summary>One of our own choice.</summary>
    public ForeignFamily Own(string name, string type, string help)
    {
        ForeignFamily family = Find(name, type, help) ?? throw new InvalidOperationException($"{name} is a family already, of another type.");
        family.Seen = long.MaxValue;
        return family;
    }

    /// <summary>The family of an instrument.</summary>
    /// <param name="suffix">What its name ends with after all else: quantiles of a histogram are a gauge of their own.</param>
    /// <returns>Null if there is no place for it.</returns>
    public ForeignFamily? Of(MeterSeries series, string type, string suffix = "")
    {
        string name = MeterNaming.Family(series.Instrument, series.Unit, series.Meaning) + suffix;
        string help = suffix.Length > 0 ? $"Quantiles of {series.Instrument} over the latest interval." : Help(series);
        if (!Array.Exists(OurPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)) && Find(name, type, help) is { } family) return family;
        return Find(MeterNaming.Label(series.Meter) + "_" + name, type, help);
    }

    /// <summary>The program's own words, or where it comes from.</summary>
    private static string Help(MeterSeries series)
    {
        string help = series.Description.Length > 0 ? series.Description.TrimEnd('.') : $"{series.Instrument} of the meter {series.Meter}";
        if (series.Meaning != MeterKind.UpDownCounter || series.IsObserved == true) return help + ".";
        return help + (series.IsObserved is null ? "; if it is no observed one, relative to when it began to be listened to." : "; relative to when it began to be listened to.");
    }

    private ForeignFamily? Find(string name, string type, string help)
    {
        if (_byName.TryGetValue(name, out ForeignFamily? known)) return known.Type == type ? known : null;
        string[] names = ForeignFamily.Names(name, type);
        if (_byName.Count >= Most || Array.Exists(names, _taken.Contains)) return null;
        var family = new ForeignFamily(_order++, name, type, help) { Seen = Round };
        _byName.Add(name, family);
        _taken.UnionWith(names);
        return family;
    }
}

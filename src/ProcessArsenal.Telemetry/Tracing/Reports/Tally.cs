namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>Counts by name, of no more names than it may; what is beyond is one.</summary>
internal sealed class Tally
{
    private const int MostNames = 10_000;
    private const string Rest = "(others)";

    private readonly Dictionary<string, (long Count, double Amount)> _names = new(StringComparer.Ordinal);

    public void Add(string name, double amount = 0)
    {
        if (_names.Count >= MostNames && !_names.ContainsKey(name)) name = Rest;
        (long count, double sum) = _names.GetValueOrDefault(name);
        _names[name] = (count + 1, sum + amount);
    }

    public long Count => _names.Values.Sum(static value => value.Count);

    public double Amount => _names.Values.Sum(static value => value.Amount);

    /// <summary>The largest amounts first, then what was counted most.</summary>
    public IEnumerable<Place> Places(int most) =>
        _names.OrderByDescending(static pair => pair.Value.Amount).ThenByDescending(static pair => pair.Value.Count).ThenBy(static pair => pair.Key, StringComparer.Ordinal)
            .Take(most).Select(static pair => new Place(pair.Key, pair.Value.Count, pair.Value.Amount));
}

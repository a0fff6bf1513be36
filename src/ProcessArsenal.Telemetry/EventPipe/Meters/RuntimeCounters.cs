using System.Collections.Frozen;
using System.Globalization;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.EventPipe.Meters;

/// <summary>What a runtime before .NET 9 tells of itself: the event counters of its System.Runtime provider (RuntimeEventSource), as the instruments
/// that .NET 9 has for the same. What it has none for is left out: CPU in percent, the size of the heap between collections, fragmentation in percent,
/// time in collections in percent, the budget of generation 0. So are exceptions, which are told by type elsewhere.
/// <para>Most counters are told as increments: they begin at 0 when we listen, or with the interval in which we began where another tool listened
/// already. IL and methods that were compiled are told as totals since the process began. Used by one thread.</para></summary>
internal sealed class RuntimeCounters
{
    public const string Provider = "System.Runtime";

    /// <summary>Event counters belong to no group.</summary>
    public const long Keywords = 0;

    private const string EventName = "EventCounters";

    /// <summary>The fields are in an object named Payload, in an object without a name.</summary>
    private const int MostLevels = 2;

    private static readonly FrozenDictionary<string, RuntimeCounter> Catalogue = RuntimeCounter.All.ToFrozenDictionary(counter => counter.Name);
    private static readonly FrozenDictionary<string, RuntimeCounter>.AlternateLookup<ReadOnlySpan<char>> Lookup = Catalogue.GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly Dictionary<RuntimeCounter, MeterSeries> _series = [];
    private readonly Dictionary<RuntimeCounter, double> _sums = [];
    private readonly HashSet<RuntimeCounter> _told = [];
    private bool _hasCollected;

    /// <summary>All series so far.</summary>
    public IReadOnlyCollection<MeterSeries> Series => _series.Values;

    /// <summary>Intervals that have ended.</summary>
    public long Intervals { get; private set; }

    /// <summary>Values that did not have the shape of their event.</summary>
    public long Malformed { get; private set; }

    /// <summary>What a session on <see cref="Provider"/> asks for. Where another tool asks too, the shorter of the intervals holds for both.</summary>
    public static Dictionary<string, string> Arguments(TimeSpan interval) =>
        new() { ["EventCounterIntervalSec"] = interval.TotalSeconds.ToString(CultureInfo.InvariantCulture) };

    /// <summary>Takes an event of <see cref="Provider"/>.</summary>
    public void Take(in NetTraceEvent value)
    {
        if (value.Metadata.Name != EventName) return;
        var cursor = new BinaryCursor(value.Payload);
        var reading = new Reading();
        if (!TryRead(ref cursor, value.Metadata.Fields, 0, ref reading) || reading.Name.IsEmpty) Malformed++;
        else if (Lookup.TryGetValue(reading.Name, out RuntimeCounter? counter)) Take(counter, reading);
    }

    private void Take(RuntimeCounter counter, in Reading reading)
    {
        double told = counter.IsIncrement ? reading.Increment : reading.Mean;
        if (!double.IsFinite(told))
        {
            Malformed++;
            return;
        }
        if (!_told.Add(counter))
        {
            // It comes a second time: the others have been told.
            Intervals++;
            _told.Clear();
            _told.Add(counter);
        }
        if (counter.IsIncrement) told = _sums[counter] = _sums.GetValueOrDefault(counter) + told;
        else if (counter.IsOfLastCollection && !(_hasCollected |= told > 0)) return; // All are 0 before there was one; .NET 9 tells nothing then.
        // A collection of generation 1 is one of generation 0 too; .NET 9 counts each once.
        if (counter.Within is { } name && Catalogue[name] is { } outer)
        {
            if (!_sums.TryGetValue(outer, out double all)) return;
            Set(outer, all - told);
        }
        if (!counter.HasInner) Set(counter, told);
    }

    private void Set(RuntimeCounter counter, double told)
    {
        if (!_series.TryGetValue(counter, out MeterSeries? series))
        {
            series = new MeterSeries(Provider, "", counter.Instrument, counter.Unit, counter.Tags, counter.Kind) { IsOfSession = counter.IsIncrement, IsObserved = true };
            _series.Add(counter, series);
        }
        double value = counter.Convert(told);
        // The runtime polls one after the other: a collection may come between two generations.
        if (counter.Kind == MeterKind.Counter) value = Math.Max(value, double.IsNaN(series.Value) ? 0 : series.Value);
        series.Value = value;
        series.Interval = Intervals;
    }

    /// <summary>Reads what is asked for among the fields, whatever their order.</summary>
    private static bool TryRead(ref BinaryCursor cursor, EventField[] fields, int level, ref Reading reading)
    {
        foreach (EventField field in fields)
        {
            switch (field.Type)
            {
                case FieldType.Object when level < MostLevels:
                    if (!TryRead(ref cursor, field.Members, level + 1, ref reading)) return false;
                    break;
                case FieldType.String:
                    ReadOnlySpan<char> text = cursor.ReadText();
                    if (field.Name == "Name") reading.Name = text;
                    break;
                case FieldType.Double:
                    double number = BitConverter.Int64BitsToDouble(cursor.ReadInt64());
                    if (field.Name == "Mean") reading.Mean = number;
                    else if (field.Name == "Increment") reading.Increment = number;
                    break;
                case FieldType.Single or FieldType.Int32 or FieldType.UInt32:
                    cursor.Skip(sizeof(int));
                    break;
                default:
                    return false; // None of these in any runtime.
            }
        }
        return !cursor.HasFailed;
    }

    private ref struct Reading()
    {
        public ReadOnlySpan<char> Name;
        public double Mean = double.NaN, Increment = double.NaN;
    }
}

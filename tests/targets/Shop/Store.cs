using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Shop;

/// <summary>Counts what it does twice: by instruments, and by itself.</summary>
internal sealed class Store : IDisposable
{
    private readonly Meter _meter = new("Shop.Orders", "1.2");
    private readonly Counter<long> _ordered;
    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<int> _open;

    public Store()
    {
        _ordered = _meter.CreateCounter<long>("shop.orders", "{order}", "Orders taken.");
        _duration = _meter.CreateHistogram<double>("shop.order.duration", "s", "Time to take an order.");
        _open = _meter.CreateUpDownCounter<int>("shop.orders.open");
        _meter.CreateObservableGauge("shop.shelf", () => new[]
        {
            new Measurement<double>(0.25, new KeyValuePair<string, object?>("shelf", "a,b=c")),
            new Measurement<double>(0.75, new KeyValuePair<string, object?>("shelf", "\"quoted\"")),
        });
        _meter.CreateObservableCounter("shop.taken", () => Orders);
        AppDomain.CurrentDomain.FirstChanceException += (_, thrown) => Exceptions.AddOrUpdate(thrown.Exception.GetType().Name, 1, (_, count) => count + 1);
    }

    public long Orders { get; private set; }

    /// <summary>By the name of their type.</summary>
    public ConcurrentDictionary<string, int> Exceptions { get; } = new();

    public void Order(string city, double seconds)
    {
        Orders++;
        _ordered.Add(1, new KeyValuePair<string, object?>("city", city), new KeyValuePair<string, object?>("express", Orders % 2 == 0));
        _duration.Record(seconds, new KeyValuePair<string, object?>("city", city));
        _open.Add(1);
    }

    public void Dispose() => _meter.Dispose();

    public static void Refuse()
    {
        try
        {
            throw new InvalidOperationException("sold out");
        }
        catch (InvalidOperationException)
        {
            // What is counted is that it was thrown.
        }
    }

    /// <summary>Throws twice.</summary>
    public static void RefuseAgain(string why)
    {
        try
        {
            try
            {
                throw new Refused<List<int>>(why);
            }
            catch (Refused<List<int>>)
            {
                throw;
            }
        }
        catch (Refused<List<int>>)
        {
            // As above.
        }
    }

    private sealed class Refused<T>(string why) : Exception(why);
}

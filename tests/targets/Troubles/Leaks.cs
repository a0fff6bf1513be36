namespace Troubles;

/// <summary>What a leak is made of: each keeps some others alive.</summary>
/// <param name="Number">Which one it is.</param>
internal sealed record Order(int Number)
{
    public byte[] Lines { get; } = new byte[200];

    public void WhenPriced(object? sender, EventArgs e) => _ = Number;
}

/// <summary>Keeps what it is given, in one of the ways in which programs forget to let go.</summary>
internal static class Leaks
{
    /// <summary>How something is kept, by what that is called.</summary>
    public static Action<int> Find(string kind) => kind switch
    {
        "event" => static number => Market.Priced += new Order(number).WhenPriced,
        "list" => static number => Backlog.Orders.Add(new Order(number)),
        "dictionary" => static number => Cache.ByNumber[number] = new Order(number),
        "timer" => static number => Reminders.Add(new Order(number)),
        _ => throw new ArgumentException(kind),
    };
}

internal static class Market
{
    public static event EventHandler? Priced;

    public static void Price() => Priced?.Invoke(null, EventArgs.Empty);
}

internal static class Backlog
{
    public static readonly List<Order> Orders = [];
}

internal static class Cache
{
    public static readonly System.Collections.Concurrent.ConcurrentDictionary<int, Order> ByNumber = new();
}

/// <summary>What waits for a time that is far away is kept by the runtime's queue of timers.</summary>
internal static class Reminders
{
    public static void Add(Order order) =>
        _ = new CancellationTokenSource(TimeSpan.FromHours(1)).Token.Register(static state => ((Order)state!).WhenPriced(null, EventArgs.Empty), order);
}

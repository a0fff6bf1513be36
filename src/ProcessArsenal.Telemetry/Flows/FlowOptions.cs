namespace ProcessArsenal.Telemetry.Flows;

public sealed record FlowOptions
{
    /// <summary>How long is watched.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two looks at all TCP sockets; longer where looking takes more than a tenth of it.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>That are told apart at a time; some 700 bytes each.</summary>
    public int MostConnections { get; init; } = 64 * 1024;

    /// <summary>Pairs that are told apart, of each transport; the rest is one sum.</summary>
    public int MostPairs { get; init; } = 4096;

    /// <summary>Ends the window earlier.</summary>
    public CancellationToken End { get; init; }

    /// <summary>Called once when the window begins, on the thread that watches: what is sent from then on counts.</summary>
    public Action? Began { get; init; }
}

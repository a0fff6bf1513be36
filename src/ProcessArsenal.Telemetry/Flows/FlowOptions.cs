namespace ProcessArsenal.Telemetry.Flows;

public sealed record FlowOptions
{
    /// <summary>How long is watched.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two looks at all TCP sockets; longer where looking takes more than a tenth of it.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Looking takes no more than this share of the time of one processor, or it is done less often.</summary>
    public double ShareOfTime { get; init; } = 0.1;

    /// <summary>Told what went through since the last time, each time that <see cref="Roll"/> has passed, on the thread that watches; all that there is then is
    /// told by the end. Nothing of unix sockets and pipes.</summary>
    public Action<FlowReport>? Rolled { get; init; }

    public TimeSpan Roll { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>That are told apart at a time; some 700 bytes each.</summary>
    public int MostConnections { get; init; } = 64 * 1024;

    /// <summary>Pairs that are told apart, of each transport; the rest is one sum.</summary>
    public int MostPairs { get; init; } = 4096;

    /// <summary>Ends the window earlier.</summary>
    public CancellationToken End { get; init; }

    /// <summary>Called once when the window begins, on the thread that watches: what is sent from then on counts.</summary>
    public Action? Began { get; init; }
}

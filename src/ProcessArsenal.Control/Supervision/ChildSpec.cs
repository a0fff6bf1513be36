namespace ProcessArsenal.Control.Supervision;

/// <summary>One child: what is run, and how it is stopped and watched. <see cref="SpecCheck"/> says what is wrong with it.</summary>
/// <param name="Name">Letters, digits, <c>-</c>, <c>_</c>, <c>.</c>; at most 64. Its files are named after it.</param>
/// <param name="Command">The program and its arguments, which no shell reads. A program without a slash is looked for in the child's PATH.</param>
public sealed record ChildSpec(string Name, IReadOnlyList<string> Command)
{
    /// <summary>An absolute path; null: ours.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Added to <see cref="ChildEnvironment.Kept"/>, which is all that it inherits from us.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>A name of /etc/passwd, or a number; null: ours. Another than ours takes root, and setpriv(1) of util-linux.</summary>
    public string? User { get; init; }

    public RestartType Restart { get; init; } = RestartType.Permanent;

    /// <summary>1 to 64 (signal(7)). Default SIGTERM.</summary>
    public int StopSignal { get; init; } = 15;

    /// <summary>How long it has to end after <see cref="StopSignal"/> before it is killed: 100 ms to 1 h.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public ChildLogSpec Log { get; init; } = new();

    /// <summary>Null: only its end counts.</summary>
    public HealthSpec? Health { get; init; }
}

/// <summary>Where a child's output goes.</summary>
/// <param name="Path">An absolute path; null: a file in the state directory.</param>
/// <param name="MaxSize">Bytes after which it is rotated: 64 KiB to 1 TiB. It is looked at each second, and what a child
/// writes within one comes on top: up to <paramref name="MaxSize"/> more is kept, the rest dropped and counted.</param>
/// <param name="Keep">How many old ones are kept, as <c>path.1</c> (the newest), <c>path.2</c> ...: 0 to 100.</param>
public sealed record ChildLogSpec(string? Path = null, long MaxSize = 10L << 20, int Keep = 3);

/// <summary>How a child is asked whether it is well: GET, and any status from 200 to 399 is a yes.</summary>
public sealed record HealthSpec(Uri Http)
{
    /// <summary>100 ms to 1 h.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After so many failures in a row it is stopped, counts as failed, and is treated as after any abnormal end: 1 to 100.</summary>
    public int Failures { get; init; } = 3;

    /// <summary>10 ms to 5 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Failures before its first success do not count for so long after its start: 0 to 1 h.</summary>
    public TimeSpan StartPeriod { get; init; } = TimeSpan.FromSeconds(30);
}

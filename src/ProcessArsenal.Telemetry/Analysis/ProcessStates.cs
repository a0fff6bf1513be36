namespace ProcessArsenal.Telemetry.Analysis;

/// <summary>The words for the state letter of /proc/PID/stat.</summary>
public static class ProcessStates
{
    public const string Running = "running";
    public const string Sleeping = "sleeping";

    /// <summary>In a wait that signals can't interrupt, mostly for a disk.</summary>
    public const string Waiting = "waiting";

    /// <summary>Stopped by a signal or a debugger.</summary>
    public const string Stopped = "stopped";

    /// <summary>Dead, not reaped by its parent.</summary>
    public const string Defunct = "defunct";

    /// <summary>A kernel thread without work.</summary>
    public const string Idle = "idle";

    /// <summary>Every word, in the order in which they are shown.</summary>
    public static IReadOnlyList<string> All { get; } = [Running, Sleeping, Waiting, Stopped, Defunct, Idle];

    /// <summary>The word for a letter of stat; null for one that we don't know.</summary>
    public static string? NameOf(byte letter) => letter switch
    {
        (byte)'R' => Running,
        (byte)'S' => Sleeping,
        (byte)'D' => Waiting,
        (byte)'T' or (byte)'t' => Stopped,
        (byte)'Z' or (byte)'X' => Defunct,
        (byte)'I' => Idle,
        _ => null,
    };
}

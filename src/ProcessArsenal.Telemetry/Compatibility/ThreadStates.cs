namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>process-exporter's words for the state letter of a thread (proc_pid_stat(5)).</summary>
internal static class ThreadStates
{
    /// <summary>In the order of their index.</summary>
    public static readonly string[] Names = ["Running", "Sleeping", "Waiting", "Zombie", "Other"];

    public static int IndexOf(byte letter) => letter switch
    {
        (byte)'R' => 0,
        (byte)'S' => 1,
        (byte)'D' => 2,
        (byte)'Z' => 3,
        _ => 4, // stopped, traced, idle, ...
    };
}

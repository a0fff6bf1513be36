namespace ProcessArsenal.Telemetry.Analysis;

/// <summary>The words for the state letter of /proc/PID/stat, as in OpenTelemetry's <c>process.state</c> and metrics of this field.</summary>
public static class ProcessStates
{
    private const int Unknown = -1;

    /// <summary>In the order of their index.</summary>
    public static readonly string[] Names = ["running", "sleeping", "waiting", "stopped", "defunct", "idle"];

    /// <summary>Index into <see cref="Names"/>; -1 for a letter that no current kernel uses.</summary>
    public static int IndexOf(byte letter) => letter switch
    {
        (byte)'R' => 0,
        (byte)'S' => 1,
        (byte)'D' or (byte)'K' or (byte)'W' => 2, // K and W: Linux 2.6 to 3.13
        (byte)'T' or (byte)'t' => 3,
        (byte)'Z' or (byte)'X' or (byte)'x' => 4,
        (byte)'I' or (byte)'P' => 5, // parked: a kernel thread of a CPU that is switched off
        _ => Unknown,
    };

    /// <summary>The word; null for an unknown letter.</summary>
    public static string? NameOf(byte letter) => IndexOf(letter) is var index && index >= 0 ? Names[index] : null;
}

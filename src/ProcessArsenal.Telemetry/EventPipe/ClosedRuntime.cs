using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>Knows a .NET process that has no diagnostic socket, by a thread that the runtime (CoreCLR, not Native AOT) starts before all else.</summary>
internal static class ClosedRuntime
{
    /// <summary>It is among the first of its process: of one with thousands no more are looked at.</summary>
    private const int MostThreads = 32;

    private static readonly string[] Variables = ["DOTNET_EnableDiagnostics", "DOTNET_EnableDiagnostics_IPC", "COMPlus_EnableDiagnostics", "COMPlus_EnableDiagnostics_IPC"];

    /// <summary>Whether it is one, and what it would take to listen to it.</summary>
    /// <param name="directory">Of a process in which no socket was found.</param>
    /// <returns>Its state is <see cref="DotnetTargetState.None"/> if it is none.</returns>
    public static DotnetStatus Look(ProcessDirectory directory)
    {
        if (!HasRuntimeThread(directory)) return new DotnetStatus(DotnetTargetState.None, null);
        return directory.ReadEnvironment(static environment => Cause(environment), out string? cause) switch
        {
            // It may have one where we may not look.
            ReadOutcome.Denied => DotnetStatus.Denied,
            ReadOutcome.Gone => new DotnetStatus(DotnetTargetState.None, null),
            _ => new DotnetStatus(
                DotnetTargetState.Disabled,
                cause is null
                    ? "it has no diagnostic socket: EnableDiagnostics is off in its runtimeconfig.json, it could not write to /tmp, or the socket was removed from there"
                    : $"start it without {cause} in its environment"),
        };
    }

    /// <summary>The variable that keeps the runtime from opening its socket, as it is written; null if there is none.</summary>
    internal static string? Cause(ReadOnlySpan<byte> environment)
    {
        foreach (string variable in Variables)
            if (ProcEnviron.Find(environment, System.Text.Encoding.UTF8.GetBytes(variable)) is { } value && value.Trim() is "0" or "0x0") return variable + "=0";
        return null;
    }

    private static bool HasRuntimeThread(ProcessDirectory directory)
    {
        var threads = new List<int>();
        Span<byte> buffer = stackalloc byte[4096];
        if (directory.ListThreads(buffer, threads, MostThreads, out _) != ReadOutcome.Ok) return false;
        foreach (int thread in threads)
            if (directory.ReadThreadStat(thread, buffer, out _, out ReadOnlySpan<byte> name) == ReadOutcome.Ok && name.SequenceEqual(".NET SynchManag"u8)) return true;
        return false;
    }
}

using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Tells a stuck reader by who waits for it.</summary>
public static class PipeWait
{
    /// <summary>Whether a thread waits for room in a pipe: whoever reads it does not, or is slower. Which pipe is not told. The function of the kernel has another
    /// name since Linux 6.15 (fs/pipe.c).</summary>
    public static bool IsStuckWriting(ThreadList threads) => threads.List.Any(static thread => thread.WaitsIn is "pipe_write" or "anon_pipe_write" or "fifo_pipe_write");
}

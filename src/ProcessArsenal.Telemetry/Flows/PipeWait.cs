using System.Text;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Tells a stuck reader by who waits for it.</summary>
public static class PipeWait
{
    /// <summary>Whether a thread waits for room in a pipe: whoever reads it does not, or is slower. Which pipe is not told.</summary>
    public static bool IsStuckWriting(ThreadList threads) => threads.List.Any(static thread => thread.WaitsIn is { } function && IsForRoom(Encoding.ASCII.GetBytes(function)));

    /// <summary>Whether this function of the kernel waits for room in a pipe; it has another name since Linux 6.15 (fs/pipe.c).</summary>
    internal static bool IsForRoom(ReadOnlySpan<byte> function) => function.SequenceEqual("pipe_write"u8) || function.SequenceEqual("anon_pipe_write"u8) || function.SequenceEqual("fifo_pipe_write"u8);
}

using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>Sessions of events that are in a target, whoever's they are: each has a thread of its own there.</summary>
internal static class EventSessions
{
    private const int MostThreads = 4096;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>How many there are.</summary>
    public static int Count(ProcessDirectory target)
    {
        var threads = new List<int>();
        Span<byte> buffer = stackalloc byte[4096];
        if (target.ListThreads(buffer, threads, MostThreads, out _) != ReadOutcome.Ok) return 0;
        int count = 0;
        foreach (int thread in threads)
            if (target.ReadThreadStat(thread, buffer, out _, out ReadOnlySpan<byte> name) == ReadOutcome.Ok && name.SequenceEqual(".NET EventPipe"u8)) count++;
        return Math.Max(0, count - 1); // One listens for those who want a session.
    }

    /// <summary>Waits until there is none, or for so long: one that a killed collector has left ends at its next write, and takes things along that a new one
    /// has by then.</summary>
    public static async Task NoneAsync(ProcessDirectory target, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        for (long began = time.GetTimestamp(); Count(target) > 0 && time.GetElapsedTime(began) < patience;) await Task.Delay(Pause, time, cancellationToken);
    }
}

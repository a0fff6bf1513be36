using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>Waits until a program has begun. A session that begins while a program initializes can lock it up for ever: the runtime holds the list of
/// its event sources while it initializes what the session needs, and the program the other way round
/// (<see href="https://github.com/dotnet/runtime/issues/105682">dotnet/runtime 105682</see>, 118014, 119014; of the programs that started beside two
/// listeners one of 30 hung). What they fight for is initialized once, early, and by work: so who has come to rest, or has worked for long, is past it.
/// </summary>
internal static class ProgramStart
{
    /// <summary>How long one stands still who waits for something, not for the next page of its own file.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(300);

    /// <summary>Who never rests is held to be past its start at last.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>CPU time of a program that is past its start: a large one takes a second until it serves, what is fought for comes in the first tenths.</summary>
    private const ulong PastSeconds = 1;

    /// <summary>What one may use in a <see cref="Rest"/>: the resolution of the clock.</summary>
    private const ulong RestTicks = 1;

    /// <summary>Ends when it has begun, has ended, or after <see cref="Patience"/>. A stopped one rests.</summary>
    /// <param name="isNew">It executed its file just now; else all of its CPU time counts.</param>
    public static async Task PassedAsync(ProcessDirectory directory, bool isNew, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Work(directory) is not { } first || (!isNew && first.Ticks >= Past)) return;
        ulong begun = isNew ? first.Ticks : 0, atRest = first.Ticks;
        long start = time.GetTimestamp(), since = start;
        while (time.GetElapsedTime(start) < Patience)
        {
            await Task.Delay(Period, time, cancellationToken);
            if (Work(directory) is not { } now || now.Ticks - begun >= Past) return;
            if (now.Ticks - atRest > RestTicks || now.IsAtWork) (atRest, since) = (now.Ticks, time.GetTimestamp());
            else if (time.GetElapsedTime(since) >= Rest) return;
        }
    }

    private static ulong Past => PastSeconds * (ulong)SystemConstants.ClockTicksPerSecond;

    /// <returns>Null when it has ended. At work is also who waits for a processor, or for a disk.</returns>
    private static (ulong Ticks, bool IsAtWork)? Work(ProcessDirectory directory)
    {
        Span<byte> buffer = stackalloc byte[2048];
        if (directory.ReadStat(buffer, out ProcStat stat, out _) != ReadOutcome.Ok || stat.IsExiting) return null;
        return (stat.UserTicks + stat.SystemTicks, stat.State is (byte)'R' or (byte)'D');
    }
}

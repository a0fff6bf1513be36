using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>Tries out what taskstats of this kernel counts. Until lately the context switches of a process forgot its ended threads, so the sum
/// fell when one ended (fill_stats_for_tgid, kernel/taskstats.c).</summary>
public static unsafe class TaskstatsProbe
{
    private const int Switches = 12;

    /// <summary>Lets a thread of ours be switched some times and end, and looks whether its switches are still there. Takes some 20 ms.</summary>
    /// <returns>True if they are, or if it can't be told.</returns>
    public static bool CountsEndedThreads()
    {
        using TaskstatsSocket? socket = TaskstatsSocket.Open(out _);
        if (socket is null) return true;
        using var slept = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        var thread = new Thread(Sleep, 128 * 1024) { IsBackground = true, Name = "probe" };
        thread.Start();
        slept.Wait();
        ulong? before = Ask(socket);
        mayEnd.Set();
        thread.Join();
        ulong? after = Ask(socket);
        // Our other threads may be switched meanwhile, but not as often.
        return before is null || after is null || after + Switches / 2 >= before;

        void Sleep()
        {
            for (int i = 0; i < Switches; i++) _ = Libc.Poll(null, 0, 1); // Sleeping is a switch.
            slept.Set();
            mayEnd.Wait();
        }
    }

    private static ulong? Ask(TaskstatsSocket socket)
    {
        int self = Environment.ProcessId;
        Span<TaskAccounting> account = stackalloc TaskAccounting[1];
        Span<bool> answered = stackalloc bool[1];
        socket.Query(new ReadOnlySpan<int>(in self), account, answered);
        return answered[0] ? account[0].VoluntarySwitches : null;
    }
}

using System.Collections.Frozen;

namespace ProcessArsenal.Telemetry.Tracing.Profiles;

/// <summary>Methods in which threads of .NET wait: the sampler finds those as often as any other, and their time is no CPU time.</summary>
internal static class WaitMethods
{
    /// <summary>Innermost managed methods: the kernel is called below them. By full name without parameters.</summary>
    private static readonly FrozenSet<string> Names = new[]
    {
        "System.Threading.Thread.Sleep", "System.Threading.Thread.SleepInternal", "System.Threading.Thread.<SleepInternal>g____PInvoke|0_0", "System.Threading.Thread.Join",
        "System.Threading.Thread.JoinInternal", "System.Threading.Monitor.Wait", "System.Threading.Monitor.ObjWait", "System.Threading.Monitor.Enter", "System.Threading.Monitor.ReliableEnter",
        "System.Threading.Monitor.Enter_Slowpath", "System.Threading.Monitor.TryEnter_Slowpath", "System.Threading.Monitor.ReliableEnterTimeout",
        "System.Threading.WaitHandle.WaitOne", "System.Threading.WaitHandle.WaitAny", "System.Threading.WaitHandle.WaitAll", "System.Threading.WaitHandle.WaitOneCore", "System.Threading.WaitHandle.WaitOneNoCheck", "System.Threading.WaitHandle.WaitMultiple", "System.Threading.WaitHandle.WaitMultipleIgnoringSyncContext",
        "System.Threading.LowLevelLifoSemaphore.WaitForSignal", "System.Threading.LowLevelLifoSemaphore.WaitNative", "System.Threading.LowLevelLifoSemaphore.WaitInternal", "System.Threading.LowLevelMonitor.Wait",
        "System.Threading.LowLevelMonitor.WaitCore", "System.Threading.WaitSubsystem.Wait", "System.Threading.Lock.TryEnterSlow", "System.Threading.Condition.Wait",
        "System.Net.Sockets.SocketAsyncEngine.EventLoop", "System.ConsolePal.Read",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Names.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Calls of the kernel that wait for something to come; of the class Interop.Sys.</summary>
    private static readonly string[] Calls =
        ["WaitForSocketEvents", "Poll", "Read", "ReadStdin", "Accept", "Receive", "ReceiveMessage", "Connect", "WaitPid", "WaitIdAnyExitedNoHangNoWait", "LowLevelMonitor_Wait", "LowLevelMonitor_TimedWait", "LowLevelFutex_WaitOnAddress"];

    /// <summary>Where the sampler itself holds a thread: it is in whatever called that.</summary>
    public static bool IsSampler(string method) => NameOf(method) is "System.Threading.Thread.PollGC" or "System.Threading.Thread.PollGCWorker" or "System.Threading.Thread.<PollGC>g__PollGCWorker|67_0"
        || method.Contains("PollGCWorker", StringComparison.Ordinal);

    /// <param name="method">The innermost, with or without its parameters.</param>
    public static bool Contains(string method)
    {
        ReadOnlySpan<char> name = NameOf(method);
        if (Lookup.Contains(name)) return true;
        int call = name.IndexOf("Interop+Sys.", StringComparison.Ordinal);
        if (call < 0) return false;
        ReadOnlySpan<char> function = name[(call + "Interop+Sys.".Length)..];
        foreach (string known in Calls)
            if (function.SequenceEqual(known) || function.StartsWith($"<{known}>", StringComparison.Ordinal)) return true;
        return false;
    }

    /// <summary>Without what follows it in parentheses or brackets.</summary>
    private static ReadOnlySpan<char> NameOf(string method)
    {
        int end = method.AsSpan().IndexOfAny('(', '[');
        return end < 0 ? method : method.AsSpan(0, end);
    }
}

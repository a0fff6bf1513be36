using System.Runtime.CompilerServices;

namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>What is counted of a thread, in raw units; <see cref="ThreadCounter"/> is the index.</summary>
[InlineArray(Length)]
internal struct ThreadCounters
{
    public const int Length = 8;

    private ulong _first;
}

/// <summary>Index of a counter of a thread.</summary>
internal static class ThreadCounter
{
    public const int UserTicks = 0, SystemTicks = 1, ReadBytes = 2, WriteBytes = 3, MajorFaults = 4, MinorFaults = 5, Voluntary = 6, Involuntary = 7;

    public static bool IsIo(int index) => index is ReadBytes or WriteBytes;

    public static bool IsSwitches(int index) => index is Voluntary or Involuntary;
}

/// <summary>One thread, as last read.</summary>
internal struct ThreadEntry
{
    public int Id;
    public ulong StartTicks;
    public byte State;

    /// <summary>Whether <see cref="Highest"/> has its CPU time and page faults: not of a process's only thread.</summary>
    public bool HasTimes;

    public bool HasIo;
    public bool HasSwitches;

    /// <summary>Highest counter values seen, and credited.</summary>
    public ThreadCounters Highest;

    /// <summary>Hash of its name.</summary>
    public int NameHash;

    /// <summary>The account of its name in its group; null for a process's only thread, which process-exporter has no thread series of.</summary>
    public ThreadName? Name;

    /// <summary>What it waits in; null if it runs, or if we may not know.</summary>
    public WaitChannel? Channel;
}

using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Snapshots.Histories;

/// <summary>Where the values of the signals come from: the same as those of the fields of expressions.</summary>
internal static class HistoryValues
{
    public static void Write(ProcessHistory history, HistoryLayout layout, in ProcessRow row, long tick)
    {
        history.Set(layout, HistorySignal.Cpu, row.Rates.Cpu, tick);
        history.Set(layout, HistorySignal.Memory, ProcessFacts.ResidentBytes(row.Sample), tick);
        history.Set(layout, HistorySignal.MemoryAnonymous, ProcessFacts.AnonymousBytes(row.Sample), tick);
        history.Set(layout, HistorySignal.Threads, row.Sample.Stat.Threads, tick);
        history.Set(layout, HistorySignal.Descriptors, ProcessFacts.Descriptors(row.Sample), tick);
        history.Set(layout, HistorySignal.DiskRead, row.Rates.DiskRead, tick);
        history.Set(layout, HistorySignal.DiskWrite, row.Rates.DiskWrite, tick);
        history.Set(layout, HistorySignal.MajorFaults, row.Rates.MajorFaults, tick);
        history.Set(layout, HistorySignal.RunQueueWait, row.Rates.RunQueueWait, tick);
        RuntimeFacts? runtime = row.Runtime;
        if (runtime is null && !history.HasRuntime) return;
        history.Set(layout, HistorySignal.ThreadPoolQueue, runtime?.ThreadPoolQueue, tick);
        history.Set(layout, HistorySignal.ThreadPoolThreads, runtime?.ThreadPoolThreads, tick);
        history.Set(layout, HistorySignal.GcHeap, runtime?.GcHeap, tick);
        history.Set(layout, HistorySignal.GcPauseRatio, runtime?.GcPauseRatio, tick);
        history.Set(layout, HistorySignal.Exceptions, runtime?.Exceptions, tick);
        history.Set(layout, HistorySignal.Requests, runtime?.Requests, tick);
    }
}

using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>Makes stacks of what the kernel tells of a process, as it comes. Not safe for concurrent use, but for <see cref="Samples"/>.</summary>
/// <param name="process">In our pid namespace.</param>
/// <param name="mapsAt">When its mappings were read, by the kernel's clock: what it tells of before is in them.</param>
/// <param name="ofWaits">Threads that leave their processor are looked at, and for how long.</param>
internal sealed class SampleReader(int process, MappedFiles files, ulong mapsAt, bool ofWaits)
{
    private const int MostKernel = 256;

    private readonly Unwinder _unwinder = new(files);
    private readonly ulong[] _raw = new ulong[Unwinder.Deepest], _codes = new ulong[MostKernel + Unwinder.Deepest];
    private readonly OffCpuLedger _waits = new();
    private long _samples;

    /// <summary>What was found.</summary>
    public StackTable Stacks { get; } = new();

    /// <summary>Of the process; or waits that have ended.</summary>
    public long Samples => Interlocked.Read(ref _samples);

    /// <summary>Records for which there was no room, of whatever process.</summary>
    public long Lost { get; private set; }

    /// <summary>Takes a record.</summary>
    public void Take(in PerfRecord record)
    {
        if (record.Kind == PerfRecordKind.Lost) Lost += (long)record.Lost;
        if (record.Process != process) return;
        switch (record.Kind)
        {
            case PerfRecordKind.Sample:
                TakeSample(record);
                break;
            case PerfRecordKind.Mapping when record.Time >= mapsAt:
                files.Add(record.Mapping);
                break;
            case PerfRecordKind.Comm when record.IsExec && record.Time >= mapsAt:
                files.Clear();
                break;
            case PerfRecordKind.Switch when ofWaits && !record.IsOut:
                _waits.Return(record.Thread, record.Time);
                break;
        }
    }

    /// <summary>Makes waits of what was taken.</summary>
    /// <param name="until">By the kernel's clock: all that happened before has been taken.</param>
    public void Settle(ulong until) => Interlocked.Add(ref _samples, _waits.Settle(until, Stacks));

    private void TakeSample(in PerfRecord sample)
    {
        ReadOnlySpan<ulong> chain = sample.Chain, kernel = default, user = default;
        for (int i = 0; i < chain.Length; i++)
        {
            if (chain[i] is not (PerfRecord.KernelMark or PerfRecord.UserMark)) continue;
            int end = i + 1;
            while (end < chain.Length && chain[end] < PerfRecord.FirstMark) end++;
            if (chain[i] == PerfRecord.KernelMark) kernel = chain[(i + 1)..end];
            else user = chain[(i + 1)..end];
        }
        int count = 0;
        for (int i = 0; i < kernel.Length && count < MostKernel; i++) _codes[count++] = CodeAddress.OfKernel(i == 0 ? kernel[i] : kernel[i] - 1);
        int outer = sample.Registers.Length > 0 || user.Length > 0 ? _unwinder.Unwind(sample, user, _raw) : 0;
        for (int i = 0; i < outer; i++) _codes[count++] = CodeAddress.Of(files.PlaceAt(_raw[i], out _), _raw[i]);
        if (ofWaits)
        {
            _waits.Leave(sample.Thread, sample.Time, _codes.AsSpan(0, count));
            return;
        }
        Interlocked.Increment(ref _samples);
        Stacks.Add(sample.Thread, _codes.AsSpan(0, count));
    }
}

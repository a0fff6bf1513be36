using System.Buffers.Text;
using System.Runtime.InteropServices;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>What perf events are to tell.</summary>
public sealed record PerfSampling
{
    /// <summary>CPU time between two samples, on average (<see cref="PerfEvents.Vary"/>); of each processor, or of each thread.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromTicks(33_440); // 299 a second: not in step with what happens a hundred or a thousand times.

    /// <summary>The same in nanoseconds.</summary>
    internal ulong Nanoseconds => (ulong)Interval.Ticks * 100;

    /// <summary>Sampled is where threads leave their processor, each time, instead of where they are on it.</summary>
    public bool OfSwitches { get; init; }

    /// <summary>Bytes of the stack that are copied with each sample: a multiple of 8, below 64 KiB.</summary>
    public int StackBytes { get; init; } = 8192;

    /// <summary>Memory for records that wait, for each processor: a power of two, of whole pages. Less is taken where that is not granted.</summary>
    public int RingBytes { get; init; } = 4 << 20;
}

/// <summary>Perf events of the kernel (perf_event_open(2)) by its own clock, which every machine has: samples of where threads are, with the innermost part of
/// their stacks, into a ring for each processor. Not safe for concurrent use.</summary>
public sealed unsafe class PerfEvents : IDisposable
{
    /// <summary>Descriptors that sampling single threads may take: one for each thread and processor.</summary>
    public const int MostDescriptors = 4096;

    private const int ClockMonotonic = Libc.CLOCK_MONOTONIC, LeastRing = 64 << 10;

    private readonly List<int> _descriptors = [], _ringDescriptors = [];
    private readonly List<PerfRing> _rings = [];
    private readonly PerfSampling _sampling;
    private readonly bool _hasStack = CopiesStacks;
    private Libc.PollDescriptor[] _polls = [];
    private PerfInterval[] _intervals = [];
    private ulong _varied;

    private PerfEvents(PerfSampling sampling) => _sampling = sampling;

    /// <summary>All processors are sampled, whoever runs on them, and what is not asked for is passed over: no process pays for it at its context switches.</summary>
    public bool IsSystemWide { get; private init; }

    /// <summary>What the kernel does for a process is seen too.</summary>
    public bool SeesKernel { get; private init; }

    /// <summary>Records that can't be read, so far.</summary>
    public long Broken => _rings.Sum(static ring => ring.Broken);

    /// <summary>Stacks are copied only where we know how to go through them.</summary>
    private static bool CopiesStacks => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Whether all processors may be sampled: root, CAP_PERFMON, or kernel.perf_event_paranoid of 0 or less.</summary>
    public static bool IsCheap()
    {
        using PerfEvents? events = OpenSystemWide(new PerfSampling { RingBytes = 0 }, out _);
        return events is not null;
    }

    /// <summary>kernel.perf_event_paranoid (sysctl); null if there is none: the kernel has no perf events.</summary>
    public static int? Paranoid()
    {
        Span<byte> text = stackalloc byte[32];
        return ProcFile.Read(Libc.AT_FDCWD, "/proc/sys/kernel/perf_event_paranoid\0"u8, text, out int length) == ReadOutcome.Ok && Utf8Parser.TryParse(text[..length], out int value, out _) ? value : null;
    }

    /// <summary>Makes ready to sample all processors.</summary>
    /// <param name="error">errno: EACCES or EPERM if we may not.</param>
    public static PerfEvents? OpenSystemWide(PerfSampling sampling, out int error)
    {
        var events = new PerfEvents(sampling) { IsSystemWide = true, SeesKernel = true };
        Libc.PerfEventAttributes attributes = events.Attributes(sampling, inherits: false, seesKernel: true);
        error = Libc.ENOSYS;
        foreach (int processor in ProcessorSet.Online())
        {
            error = events.Add(&attributes, pid: -1, processor);
            if (error == 0 && sampling.RingBytes > 0) error = events.AddRing(sampling.RingBytes);
            if (error != 0) break;
            if (sampling.RingBytes == 0) break; // Only asked whether.
        }
        return events.IfGood(error);
    }

    /// <summary>Makes ready to sample some threads, and those that they begin.</summary>
    /// <param name="threads">Of the process; those that have ended are passed over.</param>
    /// <param name="error">errno: EACCES or EPERM if we may not, EMFILE if it would take more than <see cref="MostDescriptors"/>, ESRCH if all have ended.</param>
    public static PerfEvents? OpenThreads(PerfSampling sampling, IReadOnlyList<int> threads, out int error)
    {
        PerfEvents? events = OpenThreads(sampling, threads, seesKernel: true, out error);
        return events is null && error is Libc.EACCES or Libc.EPERM && !sampling.OfSwitches ? OpenThreads(sampling, threads, seesKernel: false, out error) : events;
    }

    private static PerfEvents? OpenThreads(PerfSampling sampling, IReadOnlyList<int> threads, bool seesKernel, out int error)
    {
        IReadOnlyList<int> processors = ProcessorSet.Online();
        error = (long)threads.Count * processors.Count > MostDescriptors ? Libc.EMFILE : processors.Count == 0 ? Libc.ENOSYS : threads.Count == 0 ? Libc.ESRCH : 0;
        if (error != 0) return null;
        var events = new PerfEvents(sampling) { SeesKernel = seesKernel };
        Libc.PerfEventAttributes attributes = events.Attributes(sampling, inherits: true, seesKernel);
        foreach (int processor in processors)
        {
            // Events that are inherited are only read by processor: one ring each, which all threads write to.
            int first = -1;
            foreach (int thread in threads)
            {
                error = events.Add(&attributes, thread, processor);
                if (error == Libc.ESRCH) continue;
                if (error == 0) error = first < 0 ? events.AddRing(sampling.RingBytes) : Libc.IoControl(events._descriptors[^1], Libc.PERF_EVENT_IOC_SET_OUTPUT, (void*)first) == 0 ? 0 : Libc.LastError;
                if (error != 0) break;
                if (first < 0) first = events._descriptors[^1];
            }
            if (error == Libc.ESRCH && first >= 0) error = 0;
            if (error != 0) break;
        }
        return events.IfGood(error);
    }

    /// <summary>Begins.</summary>
    public void Begin()
    {
        _varied = KernelClock.MonotonicNanoseconds();
        foreach (int fd in _descriptors) _ = Libc.IoControl(fd, Libc.PERF_EVENT_IOC_ENABLE, null);
    }

    /// <summary>Waits until there is much to read, or for so long.</summary>
    public void Wait(TimeSpan atMost)
    {
        if (_polls.Length != _rings.Count) _polls = [.. _ringDescriptors.Select(static fd => new Libc.PollDescriptor { Descriptor = fd, Events = Libc.POLLIN })];
        fixed (Libc.PollDescriptor* polls = _polls) _ = Libc.Poll(polls, (nuint)_polls.Length, (int)atMost.TotalMilliseconds); // Interrupted is as good as over.
    }

    /// <summary>Has each event that has had its thirty samples go on at another rate, a tenth more or less: a program that does the same over and over in the time
    /// between two samples, or a multiple, would else be found in the same function each time. To be called again and again, as often as one likes.</summary>
    public void Vary()
    {
        ulong now = KernelClock.MonotonicNanoseconds();
        if (_sampling.OfSwitches || now - _varied < PerfInterval.Samples * _sampling.Nanoseconds) return;
        _varied = now;
        if (_intervals.Length != _descriptors.Count) _intervals = new PerfInterval[_descriptors.Count];
        for (int i = 0; i < _intervals.Length; i++)
        {
            ulong counted;
            if (Libc.Read(_descriptors[i], (byte*)&counted, sizeof(ulong)) != sizeof(ulong) || !_intervals[i].IsOver(counted, _sampling.Nanoseconds)) continue;
            ulong next = _intervals[i].Next(counted, _sampling.Nanoseconds, Random.Shared.NextDouble());
            _ = Libc.IoControl(_descriptors[i], Libc.PERF_EVENT_IOC_PERIOD, &next); // Where it is refused, it goes on as before.
        }
    }

    /// <summary>Hands out what has come: samples of one process, and all other records, each processor's in the order of time.</summary>
    /// <param name="process">In our pid namespace.</param>
    public void Drain(int process, PerfRecordHandler handler)
    {
        foreach (PerfRing ring in _rings) ring.Drain(process, _hasStack, handler);
    }

    public void Dispose()
    {
        foreach (PerfRing ring in _rings) ring.Dispose();
        foreach (int fd in _descriptors) _ = Libc.Close(fd);
        _rings.Clear();
        _descriptors.Clear();
        _ringDescriptors.Clear();
        GC.SuppressFinalize(this);
    }

    private Libc.PerfEventAttributes Attributes(PerfSampling sampling, bool inherits, bool seesKernel) => new()
    {
        Type = Libc.PERF_TYPE_SOFTWARE,
        Size = (uint)sizeof(Libc.PerfEventAttributes),
        Config = sampling.OfSwitches ? Libc.PERF_COUNT_SW_CONTEXT_SWITCHES : Libc.PERF_COUNT_SW_CPU_CLOCK,
        SamplePeriod = sampling.OfSwitches ? 1 : sampling.Nanoseconds,
        SampleType = Libc.PERF_SAMPLE_IP | Libc.PERF_SAMPLE_TID | Libc.PERF_SAMPLE_TIME | Libc.PERF_SAMPLE_CALLCHAIN | (_hasStack ? Libc.PERF_SAMPLE_REGS_USER | Libc.PERF_SAMPLE_STACK_USER : 0),
        SampleRegistersUser = _hasStack ? PerfRecord.RegisterMask : 0,
        SampleStackUser = _hasStack ? (uint)sampling.StackBytes : 0,
        Flags = Libc.PerfEventFlags.Disabled | Libc.PerfEventFlags.ExcludeIdle | Libc.PerfEventFlags.ExcludeHypervisor | Libc.PerfEventFlags.Mmap | Libc.PerfEventFlags.Mmap2 | Libc.PerfEventFlags.Comm
            | Libc.PerfEventFlags.CommExec | Libc.PerfEventFlags.Task | Libc.PerfEventFlags.SampleIdAll | Libc.PerfEventFlags.UseClockId | Libc.PerfEventFlags.Watermark
            | (inherits ? Libc.PerfEventFlags.Inherit : 0) | (seesKernel ? 0 : Libc.PerfEventFlags.ExcludeKernel) | (sampling.OfSwitches ? Libc.PerfEventFlags.ContextSwitch : 0),
        WakeupWatermark = (uint)sampling.RingBytes / 4,
        ClockId = ClockMonotonic,
    };

    /// <returns>0, or errno.</returns>
    private int Add(Libc.PerfEventAttributes* attributes, int pid, int processor)
    {
        int fd = Libc.PerfEventOpen(attributes, pid, processor);
        if (fd < 0) return Libc.LastError;
        _descriptors.Add(fd);
        return 0;
    }

    /// <summary>Gives the last descriptor a ring.</summary>
    /// <returns>0, or errno.</returns>
    private int AddRing(int bytes)
    {
        int error;
        PerfRing? ring;
        while ((ring = PerfRing.Map(_descriptors[^1], bytes, out error)) is null && error == Libc.EPERM && bytes > LeastRing) bytes /= 2;
        if (ring is null) return error;
        _rings.Add(ring);
        _ringDescriptors.Add(_descriptors[^1]);
        return 0;
    }

    private PerfEvents? IfGood(int error)
    {
        if (error == 0) return this;
        Dispose();
        return null;
    }

    ~PerfEvents() => Dispose();
}

using System.Runtime.InteropServices;

namespace ProcessArsenal.Procfs.Interop;

/// <summary>Perf events (perf_event_open(2), include/uapi/linux/perf_event.h) and the memory that they are read from.</summary>
internal static unsafe partial class Libc
{
    public const uint PERF_TYPE_SOFTWARE = 1;
    public const ulong PERF_COUNT_SW_CPU_CLOCK = 0;
    public const ulong PERF_COUNT_SW_CONTEXT_SWITCHES = 3;
    public const ulong PERF_SAMPLE_IP = 1 << 0;
    public const ulong PERF_SAMPLE_TID = 1 << 1;
    public const ulong PERF_SAMPLE_TIME = 1 << 2;
    public const ulong PERF_SAMPLE_CALLCHAIN = 1 << 5;
    public const ulong PERF_SAMPLE_REGS_USER = 1 << 12;
    public const ulong PERF_SAMPLE_STACK_USER = 1 << 13;
    public const nint PERF_FLAG_FD_CLOEXEC = 8;
    public const nuint PERF_EVENT_IOC_ENABLE = 0x2400;
    public const nuint PERF_EVENT_IOC_SET_OUTPUT = 0x2405;
    public const nuint PERF_EVENT_IOC_PERIOD = 0x40082404;

    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int MAP_SHARED = 1;
    public const nint MAP_FAILED = -1;

    public const nint FUSE_SUPER_MAGIC = 0x65735546;

    public const int EMFILE = 24;
    public const int ENFILE = 23;
    public const int EINVAL = 22;
    public const int ENOSYS = 38;
    public const int ELOOP = 40;

    /// <summary>0 where we do not know it.</summary>
    private static readonly nint SYS_perf_event_open = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 298,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 241, // asm-generic
        _ => 0,
    };

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint MapMemory(nint address, nint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int UnmapMemory(nint address, nint length);

    /// <returns>A descriptor; -1 with errno, ENOSYS where the number of the call is not known.</returns>
    public static int PerfEventOpen(PerfEventAttributes* attributes, int pid, int cpu)
    {
        if (SYS_perf_event_open == 0)
        {
            Marshal.SetLastPInvokeError(ENOSYS);
            return -1;
        }
        return (int)SystemCall(SYS_perf_event_open, (nint)attributes, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
    }

    /// <summary>struct perf_event_attr as of Linux 4.1 and later (PERF_ATTR_SIZE_VER5, 112 bytes).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PerfEventAttributes
    {
        public uint Type;
        public uint Size;
        public ulong Config;
        public ulong SamplePeriod;
        public ulong SampleType;
        public ulong ReadFormat;
        public PerfEventFlags Flags;
        public uint WakeupWatermark;
        public uint BreakpointType;
        public ulong Config1;
        public ulong Config2;
        public ulong BranchSampleType;
        public ulong SampleRegistersUser;
        public uint SampleStackUser;
        public int ClockId;
        public ulong SampleRegistersInterrupt;
        public uint AuxiliaryWatermark;
        public ushort SampleMaxStack;
        public ushort Reserved;
    }

    /// <summary>The bits of perf_event_attr, from disabled on.</summary>
    [Flags]
    public enum PerfEventFlags : ulong
    {
        Disabled = 1 << 0,
        Inherit = 1 << 1,
        ExcludeKernel = 1 << 5,
        ExcludeHypervisor = 1 << 6,
        ExcludeIdle = 1 << 7,
        Mmap = 1 << 8,
        Comm = 1 << 9,
        Task = 1 << 13,
        Watermark = 1 << 14,
        SampleIdAll = 1 << 18,
        Mmap2 = 1 << 23,
        CommExec = 1 << 24,
        UseClockId = 1 << 25,
        ContextSwitch = 1 << 26,
    }
}

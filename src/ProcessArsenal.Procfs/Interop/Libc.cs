using System.Runtime.InteropServices;

namespace ProcessArsenal.Procfs.Interop;

/// <summary>The few system calls that reading the kernel takes. Each returns -1 and sets errno as its man page says.</summary>
internal static unsafe partial class Libc
{
    public const int O_RDONLY = 0;
    public const int O_DIRECTORY = 0x10000; // asm-generic; arm64 differs, see DirectoryFlag
    public const int O_CLOEXEC = 0x80000;
    public const int O_NONBLOCK = 0x800;
    public const int O_PATH = 0x200000;
    public const int AT_FDCWD = -100;
    public const int AT_EMPTY_PATH = 0x1000;
    public const int SC_CLK_TCK = 2;
    public const int SC_PAGESIZE = 30;
    public const int SYS_pidfd_open = 434;
    public const int SYS_openat2 = 437;
    public const int CLOCK_MONOTONIC = 1;
    public const int CLOCK_THREAD_CPUTIME_ID = 3;
    public const int CLOCK_MONOTONIC_COARSE = 6;
    public const int CLOCK_BOOTTIME = 7;
    public const int RLIMIT_NOFILE = 7;
    public const short POLLIN = 1;
    public const short POLLNVAL = 0x20;
    public const nint PROC_SUPER_MAGIC = 0x9fa0;
    public const int MADV_DONTNEED = 4;
    public const uint STATX_TYPE = 0x1;
    public const uint STATX_MODE = 0x2;
    public const uint STATX_UID = 0x8;
    public const uint STATX_SIZE = 0x200;
    public const uint STATX_NLINK = 0x4;
    public const uint STATX_INO = 0x100;

    public const ushort S_IFMT = 0xf000;
    public const ushort S_IFREG = 0x8000;
    public const ushort S_IFLNK = 0xa000;

    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EACCES = 13;
    public const int EOPNOTSUPP = 95;

    /// <summary>O_DIRECTORY and O_NOFOLLOW are among the few flags whose value depends on the architecture (asm/fcntl.h).</summary>
    public static readonly int DirectoryFlag = HasFlagsOfItsOwn ? 0x4000 : O_DIRECTORY, NoFollowFlag = HasFlagsOfItsOwn ? 0x8000 : 0x20000;

    private static bool HasFlagsOfItsOwn =>
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le;

    /// <summary>System call numbers below 424 differ by architecture.</summary>
    private static readonly nint SYS_getdents64 = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 or Architecture.Arm => 217,
        Architecture.X86 or Architecture.S390x => 220,
        Architecture.Ppc64le => 202,
        _ => 61, // asm-generic: arm64, riscv64, loongarch64
    };

    /// <summary>0 where it is another call: a 32-bit one takes the offset in two halves.</summary>
    private static readonly nint SYS_pread64 = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 17,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 67, // asm-generic
        _ => 0,
    };

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int directory, byte* path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(int fd, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static partial int AdviseMemory(nuint start, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    public static partial nint ReadLinkAt(int directory, byte* path, byte* buffer, nint size);

    /// <summary>getdents64(2) by number: glibc has a function for it only since 2.30, and RHEL 8 ships 2.28.</summary>
    public static nint GetDirectoryEntries(int fd, byte* buffer, nint count) => SystemCall(SYS_getdents64, fd, (nint)buffer, count);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static partial int Statx(int directory, byte* path, int flags, uint mask, StatxBuffer* result);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int FileSystemStat(int fd, nint* buffer);

    [LibraryImport("libc", EntryPoint = "sysconf", SetLastError = true)]
    public static partial nint SystemConfiguration(int name);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SystemCall(nint number, nint first, nint second, nint third);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCallQuick(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int IoControl(int fd, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    public static partial int ClockTime(int clock, TimeSpec* time);

    [LibraryImport("libc", EntryPoint = "clock_getres", SetLastError = true)]
    public static partial int ClockResolution(int clock, TimeSpec* resolution);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    public static partial int ProcessLimit(int pid, int resource, ResourceLimit* newLimit, ResourceLimit* oldLimit);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    public static partial int HeapOption(int option, int value);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint ReadAt(int fd, byte* buffer, nint count, long offset);

    /// <summary>The same from the start of a file, without keeping errno, for the hot path: whoever gets -1 asks again by <see cref="ReadAt"/>.
    /// By number, since glibc's pread makes itself a cancellation point each time (pthreads(7)).</summary>
    public static nint ReadFromStartQuick(int fd, byte* buffer, nint count) =>
        SYS_pread64 > 0 ? SystemCallQuick(SYS_pread64, fd, (nint)buffer, count, 0) : ReadAt(fd, buffer, count, 0);

    public static int LastError => Marshal.GetLastPInvokeError();

    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }

    /// <summary>The head of <c>struct statx</c> (statx(2)): its layout is the same on every architecture, unlike struct stat.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatxBuffer
    {
        [FieldOffset(0)] public uint Mask;
        [FieldOffset(16)] public uint Links;
        [FieldOffset(20)] public uint UserId;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
    }
}

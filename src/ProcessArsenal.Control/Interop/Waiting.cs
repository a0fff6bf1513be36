using System.Runtime.InteropServices;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Interop;

/// <summary>Waiting for processes: for the end of any by poll(2), and for a child of ours, so that it does not stay a zombie, by waitid(2).</summary>
internal static unsafe partial class Waiting
{
    public const short Readable = 1;

    private const int ByPidfd = 3, NoHang = 1, Exited = 4, NoWait = 0x1000000; // P_PIDFD (Linux >= 5.4), WNOHANG, WEXITED, WNOWAIT
    private const int CodeAt = 8, StatusAt = 24, ByItself = 1, Dumped = 3; // siginfo_t on 64 bit; CLD_EXITED, CLD_DUMPED

    /// <summary>Takes the end of a child of ours, of that one alone: never of another that has its pid.</summary>
    /// <returns>Null if it is no child of ours, was waited for by somebody else, or lives.</returns>
    public static ExitStatus? Reap(Pidfd child) => Ask(child, Exited | NoHang);

    /// <summary>Whether it is a child of ours that has ended, and that nobody has waited for.</summary>
    public static bool IsZombie(Pidfd child) => Ask(child, Exited | NoHang | NoWait) is not null;

    private static ExitStatus? Ask(Pidfd child, int options)
    {
        byte* information = stackalloc byte[128];
        NativeMemory.Clear(information, 128);
        int result;
        while ((result = WaitId(ByPidfd, child.Descriptor, information, options)) != 0 && Marshal.GetLastPInvokeError() == 4 /* EINTR */) { }
        GC.KeepAlive(child);
        int code = *(int*)(information + CodeAt), status = *(int*)(information + StatusAt);
        if (result != 0 || code == 0) return null;
        return new ExitStatus(code == ByItself ? status << 8 : code == Dumped ? status | 0x80 : status);
    }

    /// <summary>poll(2), without end if <paramref name="milliseconds"/> is -1.</summary>
    public static int Poll(Span<Descriptor> descriptors, int milliseconds)
    {
        fixed (Descriptor* start = descriptors) return PollCall(start, (nuint)descriptors.Length, milliseconds);
    }

    /// <summary>An eventfd(2), to wake a poll by.</summary>
    public static int MakeWake() => EventDescriptor(0, 0x80000 | 0x800); // EFD_CLOEXEC, EFD_NONBLOCK

    public static void Wake(int descriptor)
    {
        ulong one = 1;
        _ = Write(descriptor, &one, sizeof(ulong));
    }

    public static void Drain(int descriptor)
    {
        ulong count;
        _ = Read(descriptor, &count, sizeof(ulong));
    }

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitId(int kind, int id, byte* information, int options);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollCall(Descriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, void* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, void* bytes, nint count);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Descriptor
    {
        public int Number;
        public short Events;
        public short Returned;
    }
}

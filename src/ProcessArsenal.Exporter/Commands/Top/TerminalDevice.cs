using System.Runtime.InteropServices;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>The terminal on standard input and output, by termios(3), poll(2) and eventfd(2): .NET's console would wait for keys by asking over
/// and over, and knows no wait for a key or something else.</summary>
internal sealed unsafe partial class TerminalDevice : IDisposable
{
    private const int Input = 0, Output = 1;
    private const int Interrupted = 4, TryAgain = 11; // EINTR, EAGAIN
    private const int ApplyAfterOutput = 1; // TCSADRAIN
    private const uint LineMode = 0x2, Echo = 0x8; // ICANON and ECHO: the same on x86, arm64, riscv64 and s390x
    private const int LocalModes = 12; // offset of c_lflag: after three words
    private const int TermiosSize = 256; // 60 in glibc, less than that everywhere
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ
    private const int CloseOnExec = 0x80000, NonBlocking = 0x800;
    private const short Readable = 1;
    private const int StopSignal = 19; // SIGSTOP on all but alpha, mips, parisc and sparc

    private readonly int _wake = EventDescriptor(0, CloseOnExec | NonBlocking);
    private readonly byte[] _before = new byte[TermiosSize];
    private readonly bool _isKnown;

    public TerminalDevice()
    {
        fixed (byte* modes = _before) _isKnown = GetAttributes(Input, modes) == 0;
    }

    /// <summary>Keys come at once and are not echoed; Ctrl-C and Ctrl-Z are still signals.</summary>
    public void ReadKeyByKey()
    {
        if (!_isKnown) return;
        byte[] modes = [.. _before];
        fixed (byte* start = modes)
        {
            *(uint*)(start + LocalModes) &= ~(LineMode | Echo);
            _ = SetAttributes(Input, ApplyAfterOutput, start);
        }
    }

    /// <summary>As it was found.</summary>
    public void Restore()
    {
        if (!_isKnown) return;
        fixed (byte* modes = _before) _ = SetAttributes(Input, ApplyAfterOutput, modes);
    }

    /// <summary>Columns and lines; null if the terminal does not know.</summary>
    public (int Width, int Height)? Size()
    {
        ushort* size = stackalloc ushort[4];
        return IoControl(Output, GetWindowSize, size) == 0 && size[0] > 0 && size[1] > 0 ? (size[1], size[0]) : null;
    }

    /// <summary>Ends a wait, this one or the next. From any thread.</summary>
    public void Wake()
    {
        ulong one = 1;
        _ = Write(_wake, (byte*)&one, sizeof(ulong));
    }

    /// <summary>Waits for a key, for <see cref="Wake"/>, or for so many milliseconds (-1: without end), and reads what was typed.</summary>
    /// <returns>Bytes read; 0 if it was something else; -1 if the terminal is gone.</returns>
    public int Wait(Span<byte> buffer, int milliseconds)
    {
        PollDescriptor* poll = stackalloc PollDescriptor[2];
        poll[0] = new PollDescriptor { Descriptor = Input, Events = Readable };
        poll[1] = new PollDescriptor { Descriptor = _wake, Events = Readable };
        if (Poll(poll, 2, milliseconds) <= 0) return 0;
        ulong count;
        if (poll[1].ReturnedEvents != 0) _ = Read(_wake, (byte*)&count, sizeof(ulong));
        if (poll[0].ReturnedEvents == 0) return 0;
        fixed (byte* start = buffer)
        {
            nint length = Read(Input, start, buffer.Length);
            if (length > 0) return (int)length;
            return length < 0 && Marshal.GetLastPInvokeError() is Interrupted or TryAgain ? 0 : -1;
        }
    }

    /// <summary>Writes all of it.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (int sent = 0; sent < bytes.Length;)
            {
                nint length = Write(Output, start + sent, bytes.Length - sent);
                if (length > 0) sent += (int)length;
                else if (Marshal.GetLastPInvokeError() == TryAgain) WaitForRoom();
                else if (Marshal.GetLastPInvokeError() != Interrupted) return; // Nobody is there to see it.
            }
        }
    }

    /// <summary>Until somebody continues us (SIGCONT).</summary>
    public static void StopOurselves() => _ = Raise(StopSignal);

    public void Dispose() => _ = Close(_wake);

    private static void WaitForRoom()
    {
        var poll = new PollDescriptor { Descriptor = Output, Events = 4 }; // POLLOUT
        _ = Poll(&poll, 1, -1);
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int fd, byte* modes);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int fd, int when, byte* modes);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int IoControl(int fd, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int fd, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int fd, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "raise")]
    private static partial int Raise(int signal);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }
}

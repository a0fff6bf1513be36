using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>A file as a process sees it: below its own root directory, whatever mount namespace it is in. Held without being opened (O_PATH), so that
/// <see cref="Path"/> stays that one file, whoever puts another in its place.</summary>
public sealed unsafe class InnerFile : IDisposable
{
    private const ulong ResolveNoMagicLinks = 0x02, ResolveInRoot = 0x10; // include/uapi/linux/openat2.h

    private readonly SafeFileHandle _handle;

    private InnerFile(int fd) => _handle = new SafeFileHandle(fd, ownsHandle: true);

    /// <summary>A path that leads to the file for as long as this is not disposed, short enough for a socket address (unix(7)).</summary>
    public string Path => $"/proc/self/fd/{_handle.DangerousGetHandle()}";

    /// <summary>Finds one. Symbolic links on the way are followed within the root of the process (openat2(2), Linux 5.6), a last one is not.</summary>
    /// <param name="path">As the process would call it, absolute.</param>
    /// <param name="outcome">Denied without ptrace access to the process (proc_pid_root(5)).</param>
    internal static InnerFile? Open(int directory, string path, out ReadOutcome outcome)
    {
        int root = ProcFile.OpenDirectory(directory, "root\0"u8, out outcome);
        if (root < 0) return null;
        nint text = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            var how = new HowToOpen { Flags = Libc.O_PATH | Libc.O_CLOEXEC | (ulong)Libc.NoFollowFlag, Resolve = ResolveInRoot | ResolveNoMagicLinks };
            nint fd = Libc.SystemCall(Libc.SYS_openat2, root, text, (nint)(&how), sizeof(HowToOpen));
            if (fd < 0)
            {
                outcome = ProcFile.OutcomeOf(Libc.LastError);
                return null;
            }
            outcome = ReadOutcome.Ok;
            return new InnerFile((int)fd);
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
            _ = Libc.Close(root);
        }
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>struct open_how, 24 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct HowToOpen
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}

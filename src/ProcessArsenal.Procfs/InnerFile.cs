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

    /// <summary>Finds the file that a mapping is of, by /proc/PID/map_files: that very one, whatever its name has come to mean.</summary>
    /// <param name="outcome">Denied without CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN.</param>
    internal static InnerFile? OpenMapped(int directory, ulong start, ulong end, out ReadOutcome outcome)
    {
        byte[] name = System.Text.Encoding.ASCII.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"map_files/{start:x}-{end:x}\0"));
        fixed (byte* path = name)
        {
            int fd = Libc.OpenAt(directory, path, Libc.O_PATH | Libc.O_CLOEXEC, 0);
            outcome = fd < 0 ? ProcFile.OutcomeOf(Libc.LastError) : ReadOutcome.Ok;
            return fd < 0 ? null : new InnerFile(fd);
        }
    }

    /// <summary>Opens it for reading, if it is a regular file: so that nothing happens by that, and nobody waits.</summary>
    /// <param name="owner">Whose it must be; null for anybody.</param>
    /// <param name="inode">That it must have; null for any.</param>
    /// <param name="most">Bytes that it may have.</param>
    /// <param name="refused">Why not, to follow the file's name; null if it is given.</param>
    public SafeFileHandle? OpenRegular(uint? owner, ulong? inode, long most, out string? refused)
    {
        Libc.StatxBuffer stat;
        byte empty = 0;
        int held = (int)_handle.DangerousGetHandle();
        const uint Wanted = Libc.STATX_UID | Libc.STATX_MODE | Libc.STATX_TYPE | Libc.STATX_INO | Libc.STATX_SIZE;
        nint* fileSystem = stackalloc nint[32];
        refused = null;
        if (Libc.Statx(held, &empty, Libc.AT_EMPTY_PATH, Wanted, &stat) != 0 || (stat.Mask & Wanted) != Wanted) refused = $"can't be looked at (errno {Libc.LastError})";
        else if ((stat.Mode & Libc.S_IFMT) != Libc.S_IFREG) refused = (stat.Mode & Libc.S_IFMT) == Libc.S_IFLNK ? "is a link" : "is no regular file";
        else if (owner is { } user && stat.UserId != user) refused = $"is of another user (uid {stat.UserId})";
        else if (inode is { } number && stat.Inode != number) refused = "is not the file that was mapped";
        else if (stat.Size > (ulong)most) refused = $"has more than {most >> 20} MiB";
        else if (Libc.FileSystemStat(held, fileSystem) != 0) refused = $"can't be looked at (errno {Libc.LastError})";
        else if (fileSystem[0] == Libc.FUSE_SUPER_MAGIC) refused = "is given by a program (FUSE), which may never answer";
        if (refused is not null) return null;
        fixed (byte* path = System.Text.Encoding.ASCII.GetBytes(Path + '\0'))
        {
            int fd = Libc.OpenAt(Libc.AT_FDCWD, path, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK, 0);
            refused = fd < 0 ? $"can't be opened (errno {Libc.LastError})" : null;
            GC.KeepAlive(this);
            return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
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

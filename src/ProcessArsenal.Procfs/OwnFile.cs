using System.Text;
using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>A file that only our user can have written.</summary>
public static unsafe class OwnFile
{
    private const ushort WritableByOthers = 0b000_010_010;

    /// <summary>Our user, by which files are ours.</summary>
    public static uint UserId => Libc.EffectiveUserId();

    /// <summary>Opens a file to be read, unless it is a link, another user's, or others may write to it: its opened descriptor is asked (open(2), statx(2)),
    /// so that nobody can exchange it in between.</summary>
    /// <param name="refused">Why it must not be trusted, to follow the file's name; null if it may, or is not there.</param>
    /// <returns>Null if it is not there or must not be trusted.</returns>
    public static SafeFileHandle? Open(string path, out string? refused)
    {
        refused = null;
        int descriptor;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
            descriptor = Libc.OpenAt(Libc.AT_FDCWD, name, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK | Libc.NoFollowFlag, 0);
        if (descriptor < 0)
        {
            int error = Libc.LastError;
            if (error != Libc.ENOENT) refused = error == Libc.EACCES ? "may not be read by us" : new FileInfo(path).LinkTarget is null ? $"can't be opened (errno {error})" : "is a link";
            return null;
        }
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Libc.StatxBuffer stat;
        byte empty = 0;
        if (Libc.Statx(descriptor, &empty, Libc.AT_EMPTY_PATH, Libc.STATX_UID | Libc.STATX_MODE | Libc.STATX_TYPE, &stat) != 0) refused = $"can't be looked at (errno {Libc.LastError})";
        else if ((stat.Mode & Libc.S_IFMT) != Libc.S_IFREG) refused = "is no regular file";
        else if (stat.UserId != Libc.EffectiveUserId()) refused = $"is of another user (uid {stat.UserId})";
        else if ((stat.Mode & WritableByOthers) != 0) refused = "may be written by others (chmod 600)";
        if (refused is null) return handle;
        handle.Dispose();
        return null;
    }
}

using System.Text;
using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>A directory that is to be ours alone.</summary>
public static unsafe class OwnDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Sets its mode to 0700, unless it is a link or another user's: its opened descriptor is asked (open(2), statx(2)), so that nobody can
    /// put a link there in between.</summary>
    /// <returns>Why it must not be used; null if it may.</returns>
    /// <exception cref="UnauthorizedAccessException">The mode can't be set.</exception>
    /// <exception cref="IOException">The mode can't be set.</exception>
    public static string? Restrict(string path)
    {
        int descriptor;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
            descriptor = Libc.OpenAt(Libc.AT_FDCWD, name, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.DirectoryFlag | Libc.NoFollowFlag, 0);
        if (descriptor < 0)
        {
            int error = Libc.LastError;
            if (new DirectoryInfo(path).LinkTarget is not null) return "it is a link: put a directory there.";
            return error == Libc.EACCES ? "we may not read it." : $"it can't be opened (errno {error}).";
        }
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Libc.StatxBuffer stat;
        byte empty = 0;
        if (Libc.Statx(descriptor, &empty, Libc.AT_EMPTY_PATH, Libc.STATX_UID, &stat) != 0 || (stat.Mask & Libc.STATX_UID) == 0)
            return $"its owner can't be told (errno {Libc.LastError}).";
        if (stat.UserId != Libc.EffectiveUserId()) return $"it is of another user (uid {stat.UserId}): give it to ours, or remove it.";
        File.SetUnixFileMode(handle, OwnerOnly);
        return null;
    }
}

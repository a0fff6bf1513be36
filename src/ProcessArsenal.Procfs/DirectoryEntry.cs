using System.Runtime.InteropServices;

namespace ProcessArsenal.Procfs;

/// <summary>One <c>struct linux_dirent64</c> of getdents64(2): inode (8), offset (8), record length (2), type (1), name with NUL;
/// in the byte order of the machine.</summary>
internal static class DirectoryEntry
{
    private const int TypeOffset = 18, NameOffset = 19;

    /// <summary>DT_DIR (readdir(3)).</summary>
    private const byte DirectoryType = 4;

    public static bool TryNext(ref ReadOnlySpan<byte> entries, out ReadOnlySpan<byte> name) => TryNext(ref entries, out name, out _);

    public static bool TryNext(ref ReadOnlySpan<byte> entries, out ReadOnlySpan<byte> name, out bool isDirectory)
    {
        name = default;
        isDirectory = false;
        if (entries.Length < NameOffset + 1) return false;
        int length = MemoryMarshal.Read<ushort>(entries[16..]);
        if (length < NameOffset + 1 || length > entries.Length) return false;
        isDirectory = entries[TypeOffset] == DirectoryType;
        ReadOnlySpan<byte> tail = entries[NameOffset..length];
        int end = tail.IndexOf((byte)0);
        name = end < 0 ? tail : tail[..end];
        entries = entries[length..];
        return !name.IsEmpty;
    }
}

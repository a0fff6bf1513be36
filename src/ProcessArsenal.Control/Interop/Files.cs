using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ProcessArsenal.Control.Interop;

/// <summary>What File.* can't do with the files of a child: open without following or waiting, FIFOs, owners, cutting off the front.</summary>
internal static unsafe partial class Files
{
    public const int ReadOnly = 0, WriteOnly = 1, ReadWrite = 2, Create = 0x40, Exclusive = 0x80, Append = 0x400, NonBlocking = 0x800, PathOnly = 0x200000;
    public const int NoSuchFile = 2, NoSuchReader = 6, TryAgain = 11, NoAccess = 13, Exists = 17, NoSpace = 28, IsReadOnly = 30, TooManyLinks = 40, NoQuota = 122;

    private const int CloseOnExec = 0x80000, CurrentDirectory = -100, EmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const int CollapseRange = 0x08; // FALLOC_FL_COLLAPSE_RANGE

    /// <summary>O_NOFOLLOW, whose value depends on the architecture (asm/fcntl.h).</summary>
    public static readonly int NoFollow = HasFlagsOfItsOwn ? 0x8000 : 0x20000;

    /// <summary>O_DIRECTORY, likewise.</summary>
    public static readonly int Directory = HasFlagsOfItsOwn ? 0x4000 : 0x10000;

    private static bool HasFlagsOfItsOwn => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le;

    /// <summary>Our effective user id (geteuid(2)).</summary>
    public static uint OwnUser => EffectiveUser();

    /// <summary>Opens a file (open(2)); it is closed on exec.</summary>
    /// <returns>Null with errno.</returns>
    public static SafeFileHandle? Open(string path, int flags, int mode, out int error)
    {
        int descriptor = OpenCall(path, flags | CloseOnExec, mode);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Makes a FIFO (mkfifo(3)).</summary>
    /// <returns>0, or errno.</returns>
    public static int MakeFifo(string path, int mode) => Errno(MakeFifoCall(path, (uint)mode));

    /// <summary>Makes a directory (mkdir(2)): a link in its place is not followed.</summary>
    /// <returns>0, or errno.</returns>
    public static int MakeDirectory(string path, int mode) => Errno(MakeDirectoryCall(path, (uint)mode));

    /// <summary>Removes a name (unlink(2)): of a link itself, never what it leads to.</summary>
    /// <returns>0, or errno.</returns>
    public static int Remove(string path) => Errno(Unlink(path));

    /// <summary>Removes a directory that is empty (rmdir(2)).</summary>
    /// <returns>0, or errno.</returns>
    public static int RemoveDirectory(string path) => Errno(RemoveDirectoryCall(path));

    /// <summary>Whether we may make something in a directory (access(2)).</summary>
    /// <returns>0, or errno: <see cref="IsReadOnly"/>, <see cref="NoAccess"/>.</returns>
    public static int MayWriteInto(string directory) => Errno(Access(directory, 3)); // W_OK | X_OK

    /// <summary>Lets one more user than its owner, and nobody else, make things in a directory that he knows the name of, without listing it: by an access control list
    /// (acl(5), include/uapi/linux/posix_acl_xattr.h), which takes no privilege of the owner.</summary>
    /// <returns>0, or errno: EOPNOTSUPP where the file system knows none.</returns>
    public static int LetEnter(SafeFileHandle directory, uint user)
    {
        const ushort Owner = 0x01, User = 0x02, Group = 0x04, Mask = 0x10, Others = 0x20, All = 7, WriteAndPass = 3;
        Span<byte> list = stackalloc byte[4 + (5 * 8)];
        BinaryPrimitives.WriteUInt32LittleEndian(list, 2); // POSIX_ACL_XATTR_VERSION
        ReadOnlySpan<(ushort Tag, ushort Rights, uint Id)> entries = [(Owner, All, uint.MaxValue), (User, WriteAndPass, user), (Group, 0, uint.MaxValue), (Mask, WriteAndPass, uint.MaxValue), (Others, 0, uint.MaxValue)];
        for (int i = 0; i < entries.Length; i++)
        {
            Span<byte> entry = list[(4 + (i * 8))..];
            BinaryPrimitives.WriteUInt16LittleEndian(entry, entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], entries[i].Rights);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], entries[i].Id);
        }
        fixed (byte* value = list)
        {
            int error = Errno(SetAttribute((int)directory.DangerousGetHandle(), "system.posix_acl_access", value, list.Length, 0));
            GC.KeepAlive(directory);
            return error;
        }
    }


    /// <summary>fchown(2).</summary>
    /// <returns>0, or errno.</returns>
    public static int SetOwner(SafeFileHandle file, uint user, uint group)
    {
        int result = ChangeOwner((int)file.DangerousGetHandle(), user, group);
        int error = Errno(result);
        GC.KeepAlive(file);
        return error;
    }

    /// <summary>Takes bytes away from the front; what follows moves up (fallocate(2)). Nobody who writes to its end at the same time loses anything.</summary>
    /// <param name="count">A multiple of the file system's block, less than the length of the file.</param>
    /// <returns>0, or errno: EOPNOTSUPP on most file systems but ext4 and xfs.</returns>
    public static int CutFront(SafeFileHandle file, long count)
    {
        int error = Errno(Allocate((int)file.DangerousGetHandle(), CollapseRange, 0, count));
        GC.KeepAlive(file);
        return error;
    }

    /// <summary>What a path or link leads to (statx(2)).</summary>
    public static bool TryStat(string path, out FileFacts facts)
    {
        bool ok = Statx(CurrentDirectory, path, 0, BasicStats, out StatxBuffer stat) == 0;
        facts = new FileFacts(stat);
        return ok;
    }

    /// <summary>What an open file is.</summary>
    public static bool TryStat(SafeFileHandle file, out FileFacts facts)
    {
        bool ok = Statx((int)file.DangerousGetHandle(), "", EmptyPath, BasicStats, out StatxBuffer stat) == 0;
        GC.KeepAlive(file);
        facts = new FileFacts(stat);
        return ok;
    }

    /// <summary>Writes at once or not at all, as long as it is no more than PIPE_BUF (4096) bytes into a FIFO (pipe(7)).</summary>
    /// <returns>0, or errno.</returns>
    public static int Write(SafeFileHandle fifo, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            int error = Errno(WriteCall((int)fifo.DangerousGetHandle(), start, bytes.Length) < 0 ? -1 : 0);
            GC.KeepAlive(fifo);
            return error;
        }
    }

    private static int Errno(int result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenCall(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifoCall(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectoryCall(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RemoveDirectoryCall(string path);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetAttribute(int descriptor, string name, byte* value, nint size, int flags);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int ChangeOwner(int descriptor, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(int descriptor, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, out StatxBuffer stat);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteCall(int descriptor, byte* bytes, nint count);

    /// <summary>struct statx: the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct StatxBuffer
    {
        [FieldOffset(4)] public uint BlockSize;
        [FieldOffset(16)] public uint Links;
        [FieldOffset(20)] public uint UserId;
        [FieldOffset(24)] public uint GroupId;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }
}

/// <summary>Which file it is: no two have the same at the same time.</summary>
internal readonly record struct FileKey(ulong Device, ulong Inode);

/// <summary>What statx(2) tells of a file.</summary>
internal readonly struct FileFacts(Files.StatxBuffer stat)
{
    private const ushort Kind = 0xf000, Regular = 0x8000, Fifo = 0x1000, Folder = 0x4000, Sticky = 0x200;

    public FileKey Key { get; } = new(((ulong)stat.DeviceMajor << 32) | stat.DeviceMinor, stat.Inode);

    public uint UserId { get; } = stat.UserId;

    public uint GroupId { get; } = stat.GroupId;

    public uint Links { get; } = stat.Links;

    /// <summary>Bytes.</summary>
    public long Size { get; } = (long)stat.Size;

    /// <summary>Bytes; what the file system likes to write at once, a multiple of its block.</summary>
    public uint BlockSize { get; } = stat.BlockSize;

    public bool IsRegular { get; } = (stat.Mode & Kind) == Regular;

    public bool IsDirectory { get; } = (stat.Mode & Kind) == Folder;

    /// <summary>Of a directory: only who owns something in it, or the directory, may rename or remove that.</summary>
    public bool IsSticky { get; } = (stat.Mode & Sticky) != 0;

    /// <summary>Nine bits: rwxrwxrwx.</summary>
    public int Permissions { get; } = stat.Mode & 0b111_111_111;

    public bool IsFifo { get; } = (stat.Mode & Kind) == Fifo;
}

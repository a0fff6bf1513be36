using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Control.Interop;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Dumps;

/// <summary>A directory of ours in the file system of a target, into which the user of the target may write, and nobody else: the path is among the arguments of createdump, which
/// all may read, and it would follow a link there. As it is ours, in a directory where nobody may exchange what is another's, no link can be put in its place either; and it takes no
/// privilege to make and to remove it.</summary>
internal sealed class DumpPlace : IDisposable
{
    private const string Prefix = "process-arsenal-dump-", Usual = "/tmp", Variable = "TMPDIR";

    private const int OwnerOnly = 0b111_000_000, NotSupported = 95;

    private readonly InnerFile _folder;
    private readonly uint _user;
    private SafeFileHandle? _directory;
    private bool _isMade;

    private DumpPlace(InnerFile folder, DumpLocation location, uint user) => (_folder, Location, _user) = (folder, location, user);

    public DumpLocation Location { get; }

    /// <summary>Where the target is to write, as it calls that.</summary>
    public string File => $"{Location.Folder.TrimEnd('/')}/{Location.Name}/{Location.File}";

    /// <summary>Why there is nothing to take.</summary>
    public string? Why { get; set; }

    /// <summary>Of what was written so far, bytes.</summary>
    public long Length => _directory is { } directory && Files.Open(Inside(directory), Files.PathOnly | Files.NoFollow, 0, out _) is { } file ? LengthOf(file) : 0;

    /// <summary>Left for others than root, bytes.</summary>
    public long FreeBytes => new DriveInfo(_folder.Path).AvailableFreeSpace;

    /// <summary>It is memory (tmpfs(5)).</summary>
    public bool IsMemory => new DriveInfo(_folder.Path).DriveFormat is "tmpfs" or "ramfs";

    /// <summary>A path of ours is on the same file system.</summary>
    public bool IsWith(string path) => Files.TryStat(path, out FileFacts ours) && Files.TryStat(_folder.Path, out FileFacts theirs) && ours.Key.Device == theirs.Key.Device;

    /// <summary>Finds where a target may write: /tmp, or what its environment names for that.</summary>
    /// <param name="why">Why nowhere; null if it is found.</param>
    /// <param name="names">Names that nobody can know; null: random ones.</param>
    public static DumpPlace? Find(ProcessDirectory target, out string? why, Func<string>? names = null)
    {
        Span<byte> buffer = stackalloc byte[8192];
        why = "it has ended";
        if (target.ReadStatus(buffer, out ProcStatus status) != ReadOutcome.Ok) return null;
        ReadOutcome outcome = target.ReadEnvironment(static environment => ProcEnviron.Find(environment, "TMPDIR"u8), out string? named);
        string?[] folders = [Usual, outcome == ReadOutcome.Ok && named is ['/', ..] && named.Length < 200 ? named : null];
        var reasons = new List<string>();
        foreach (string folder in folders.OfType<string>())
        {
            if (TryOpen(target, folder, status.EffectiveUserId, names ?? RandomName, out string wrong) is { } place)
            {
                why = null;
                return place;
            }
            reasons.Add($"{folder} {wrong}");
        }
        why = $"there is no directory in which its runtime could write it: {string.Join("; ", reasons)}. Give it a {Usual} that it may write to, or another by {Variable}";
        return null;
    }

    /// <summary>The same of a directory that was noted before, to remove what is in it.</summary>
    /// <returns>Null if it can't be had.</returns>
    public static DumpPlace? Reopen(ProcessDirectory process, DumpLocation location)
    {
        if (!location.Name.StartsWith(Prefix, StringComparison.Ordinal) || location.Name.Contains('/') || location.File.Contains('/')) return null; // It was read from a file.
        if (process.ReadMountNamespace(out ulong inode) != ReadOutcome.Ok || inode != location.MountNamespace) return null;
        return process.OpenInner(location.Folder.TrimEnd('/') + "/.", out _) is { } folder ? new DumpPlace(folder, location, uint.MaxValue) { _isMade = true } : null;
    }

    /// <summary>Makes the directory.</summary>
    /// <returns>Null if it is made; else why not.</returns>
    public string? Make()
    {
        int error = Files.MakeDirectory(Path, OwnerOnly);
        if (error != 0) return $"in {Location.Folder} of the process nothing can be made by us (errno {error}): is it read-only, full, or of a user namespace that does not know our user?";
        _isMade = true;
        if (!TryEnter()) return $"what we made in {Location.Folder} of the process was exchanged by somebody: nothing is written there";
        error = _user == Files.OwnUser ? 0 : Files.LetEnter(_directory!, _user);
        return error == 0 ? null
            : $"what we made in {Location.Folder} of the process can't be opened for its user alone (errno {error}{(error == NotSupported ? ": its file system knows no access control lists" : "")}): nothing is written there";
    }

    /// <summary>Opens what was written, if it is what it should be: a file of the user of the target, with no other name.</summary>
    /// <returns>Null: <see cref="Why"/>.</returns>
    public SafeFileHandle? Take()
    {
        SafeFileHandle? file = Files.Open(Inside(_directory!), Files.ReadOnly | Files.NoFollow | Files.NonBlocking, 0, out int error);
        if (file is null)
        {
            Why = error switch
            {
                Files.NoSuchFile => "its runtime says that it is written, but it is not there: is the process in another root directory, or mount namespace, than its main thread?",
                Files.TooManyLinks => "somebody has put a link in its place",
                Files.NoAccess => "we may not read what it wrote: that takes the same user, root, or CAP_DAC_OVERRIDE",
                _ => FormattableString.Invariant($"what it wrote can't be opened (errno {error})"),
            };
            return null;
        }
        Why = !Files.TryStat(file, out FileFacts facts) ? "what it wrote can't be looked at"
            : !facts.IsRegular ? "what is in its place is no file"
            : facts.UserId != _user ? FormattableString.Invariant($"what is in its place is of another user (uid {facts.UserId}) than the process (uid {_user})")
            : facts.Links != 1 ? "what is in its place has another name too" : null;
        if (Why is null) return file;
        file.Dispose();
        return null;
    }

    /// <summary>Removes what was written, and the directory; nothing else, if somebody has put that there.</summary>
    /// <returns>Whether it is gone.</returns>
    public bool Remove()
    {
        if (!_isMade) return true;
        if (_directory is not null || TryEnter()) _ = Files.Remove(Inside(_directory!));
        int error = Files.RemoveDirectory(Path);
        _isMade = error is not (0 or Files.NoSuchFile);
        return !_isMade;
    }

    public void Dispose()
    {
        Remove();
        _directory?.Dispose();
        _folder.Dispose();
    }

    /// <summary>The directory of ours, by way of the folder that is held.</summary>
    private string Path => $"{_folder.Path}/{Location.Name}";

    private string Inside(SafeFileHandle directory) => $"{PathOf(directory)}/{Location.File}";

    private static string PathOf(SafeFileHandle directory) => $"/proc/self/fd/{directory.DangerousGetHandle()}";

    /// <summary>Opens it, if it is a directory of our user.</summary>
    private bool TryEnter()
    {
        _directory = Files.Open(Path, Files.ReadOnly | Files.Directory | Files.NoFollow, 0, out _);
        if (_directory is null) return false;
        if (Files.TryStat(_directory, out FileFacts facts) && facts.UserId == Files.OwnUser) return true;
        _directory.Dispose();
        _directory = null;
        return false;
    }

    private static DumpPlace? TryOpen(ProcessDirectory target, string folder, uint user, Func<string> names, out string why)
    {
        if (target.ReadMountNamespace(out ulong mounts) is var seen && seen != ReadOutcome.Ok)
        {
            why = seen == ReadOutcome.Denied ? "can't be seen by us: that takes the same user, root, or CAP_SYS_PTRACE" : "is gone with the process";
            return null;
        }
        InnerFile? inner = target.OpenInner(folder.TrimEnd('/') + "/.", out ReadOutcome outcome);
        why = outcome switch
        {
            ReadOutcome.Denied => "can't be seen by us: that takes the same user, root, or CAP_SYS_PTRACE",
            ReadOutcome.Gone => "does not exist",
            _ => "can't be opened",
        };
        if (inner is null) return null;
        if (WhyNot(inner, user) is { } wrong)
        {
            why = wrong;
            inner.Dispose();
            return null;
        }
        return new DumpPlace(inner, new DumpLocation(folder, Prefix + names(), names() + ".dmp", mounts), user);
    }

    private static string? WhyNot(InnerFile folder, uint user)
    {
        if (!Files.TryStat(folder.Path, out FileFacts facts) || !facts.IsDirectory) return "is no directory";
        // Where everybody may rename what is another's, ours could be exchanged for a trap.
        if ((facts.Permissions & 0b000_010_010) != 0 && !facts.IsSticky) return "lets others exchange what is not theirs (chmod +t)";
        bool isOpen = user == 0 || (facts.Permissions & (facts.UserId == user ? 0b001_000_000 : 0b000_001_001)) != 0;
        if (!isOpen) return "may not be entered by the user of the process";
        return Files.MayWriteInto(folder.Path) switch
        {
            0 => null,
            Files.IsReadOnly => "is read-only",
            Files.NoAccess => "may not be written by us: that takes root or CAP_DAC_OVERRIDE",
            int error => FormattableString.Invariant($"can't be written by us (errno {error})"),
        };
    }

    private static long LengthOf(SafeFileHandle file)
    {
        using (file) return Files.TryStat(file, out FileFacts facts) ? facts.Size : 0;
    }

    private static string RandomName() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}

using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Control.Interop;

namespace ProcessArsenal.Control.Supervision;

/// <summary>The file that a child writes its output to by itself, at its end (O_APPEND), and how it is kept from growing without end. As the child has it open
/// and we don't stand between, its front is copied into another file and taken away:
/// - on ext4 and xfs (fallocate(2), FALLOC_FL_COLLAPSE_RANGE) in whole blocks, so that nothing is lost or twice, and the files one after another are what was
///   written; a line may begin in one and end in the next;
/// - elsewhere the file is truncated once all of it was copied: what is written between the last read and that is lost;
/// - an old file holds what there was when it was looked at, up to twice max_size; what is more than that is dropped, the oldest first;
/// - after a crash of ours in between a piece may be there twice.</summary>
internal sealed class ChildLog(string path, long maxSize, int keep, bool mayCut = true)
{
    private const int Mode = 0x1a0; // 0640
    private const int Chunk = 64 * 1024;

    public string Path { get; } = path;

    /// <summary>Bytes that were not kept, because there were more than fit into one file, or no room on the disk.</summary>
    public long Dropped { get; private set; }

    public int Rotations { get; private set; }

    /// <summary>Opens it as the child is to have it.</summary>
    /// <param name="user">Whom it belongs to if it is made.</param>
    /// <param name="why">Why not; null if it was.</param>
    public static SafeFileHandle? OpenForChild(string path, uint? user, uint? group, out string? why)
    {
        // O_NONBLOCK: a FIFO that somebody has put there would be waited for without end. It means nothing for files.
        SafeFileHandle? log = Files.Open(path, Files.WriteOnly | Files.Append | Files.Create | Files.NoFollow | Files.NonBlocking, Mode, out int error);
        if (log is null)
        {
            why = error == Files.NoSuchFile ? $"the directory of the log {path} is not there" : FormattableString.Invariant($"the log {path} can't be opened: errno {error}; it must not be a link");
            return null;
        }
        why = Refusal(log);
        if (why is null && user is { } owner && Files.TryStat(log, out FileFacts facts) && facts.UserId != owner) _ = Files.SetOwner(log, owner, group ?? owner);
        if (why is null) return log;
        why = $"the log {path} {why}";
        log.Dispose();
        return null;
    }

    /// <summary>Rotates it if it is larger than it may be.</summary>
    /// <returns>What went wrong; null if nothing did.</returns>
    public string? Check()
    {
        if (!Files.TryStat(Path, out FileFacts facts) || facts.Size <= maxSize) return null;
        try
        {
            using SafeFileHandle? log = Files.Open(Path, Files.ReadWrite | Files.NoFollow | Files.NonBlocking, 0, out int error);
            if (log is null) return FormattableString.Invariant($"the log {Path} can't be rotated: errno {error}");
            if (Refusal(log) is { } refused) return $"the log {Path} {refused}";
            Rotate(log);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the log {Path} can't be rotated: {e.Message}";
        }
    }

    /// <summary>Why a file must not be written to by us: somebody who may write in its directory could have it be any file.</summary>
    private static string? Refusal(SafeFileHandle log)
    {
        if (!Files.TryStat(log, out FileFacts facts)) return "can't be looked at";
        if (!facts.IsRegular) return "is no regular file";
        return facts.Links == 1 ? null : "has other names (hard links)";
    }

    private void Rotate(SafeFileHandle log)
    {
        _ = Files.TryStat(log, out FileFacts facts);
        long block = Math.Max(facts.BlockSize, 4096);
        long whole = (facts.Size - 1) / block * block; // Something must be left behind what is cut off.
        string draft = Path + ".rotating";
        SafeFileHandle? copy = keep == 0 ? null : Draft(draft, facts);
        bool isCut;
        try
        {
            long from = Math.Max(0, whole - (2 * maxSize / block * block));
            try
            {
                if (copy is not null) Copy(log, copy, from, whole);
                Dropped += copy is null ? whole : from;
            }
            catch (IOException) when (facts.Size > maxSize * 2)
            {
                Discard(ref copy, draft); // No room for a copy, and the log itself must not fill the rest.
                Dropped += whole;
            }
            isCut = mayCut && whole > 0 && KeepCopy(copy, draft) && Files.CutFront(log, whole) == 0;
            if (!isCut) Truncate(log, copy, whole);
            Rotations++;
        }
        finally
        {
            copy?.Dispose();
            File.Delete(draft);
        }
    }

    /// <summary>The copy gets its name before the front is cut off: a crash in between leaves it twice, not nowhere.</summary>
    private bool KeepCopy(SafeFileHandle? copy, string draft)
    {
        if (copy is null) return true;
        File.Delete(Numbered(keep));
        for (int i = keep - 1; i >= 1; i--)
            if (File.Exists(Numbered(i))) File.Move(Numbered(i), Numbered(i + 1), overwrite: true);
        File.Move(draft, Numbered(1), overwrite: true);
        return true;
    }

    private void Truncate(SafeFileHandle log, SafeFileHandle? copy, long from)
    {
        if (copy is not null)
        {
            if (File.Exists(Path + ".rotating")) KeepCopy(copy, Path + ".rotating");
            Copy(log, copy, from, from + maxSize); // To its end, wherever that is by now; but not after a child that writes faster than we do.
            Dropped += Math.Max(0, RandomAccess.GetLength(log) - from - maxSize);
        }
        else
        {
            Dropped += RandomAccess.GetLength(log) - from;
        }
        RandomAccess.SetLength(log, 0);
    }

    private static void Copy(SafeFileHandle from, SafeFileHandle to, long start, long end)
    {
        byte[] buffer = new byte[Chunk];
        long at = RandomAccess.GetLength(to);
        while (start < end)
        {
            int read = RandomAccess.Read(from, buffer.AsSpan(0, (int)Math.Min(Chunk, end - start)), start);
            if (read == 0) return;
            RandomAccess.Write(to, buffer.AsSpan(0, read), at);
            start += read;
            at += read;
        }
    }

    private static SafeFileHandle Draft(string path, FileFacts log)
    {
        File.Delete(path);
        SafeFileHandle draft = Files.Open(path, Files.ReadWrite | Files.Create | Files.Exclusive | Files.NoFollow, Mode, out int error)
            ?? throw new IOException(FormattableString.Invariant($"{path} can't be made: errno {error}"));
        if (log.UserId != Waiting.EffectiveUser()) _ = Files.SetOwner(draft, log.UserId, log.GroupId);
        return draft;
    }

    private static void Discard(ref SafeFileHandle? copy, string draft)
    {
        copy?.Dispose();
        copy = null;
        File.Delete(draft);
    }

    private string Numbered(int number) => FormattableString.Invariant($"{Path}.{number}");
}

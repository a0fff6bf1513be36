using Microsoft.Win32.SafeHandles;

namespace ProcessArsenal.Control.Dumps;

/// <summary>Takes over what a target has written.</summary>
internal static class DumpCopy
{
    private const int Block = 1 << 20;

    /// <summary>ELF, and that it is a core (elf(5)): e_ident and e_type, in the byte order of this machine.</summary>
    private const int HeadLength = 18, TypeCore = 4;

    /// <param name="source">Nobody else has a name for it any more.</param>
    /// <returns>Null if it is there as a whole; else why not.</returns>
    public static async Task<string?> TakeAsync(SafeFileHandle source, DumpRun run, CancellationToken cancellation)
    {
        long length = RandomAccess.GetLength(source);
        if (length > run.Most) return $"it has {Actions.Burden.Size(length)}, and twice of what was expected, or what all artifacts may have, is {Actions.Burden.Size(run.Most)}";
        byte[] block = new byte[Block];
        try
        {
            for (long at = 0; at < length;)
            {
                int read = await RandomAccess.ReadAsync(source, block, at, cancellation).ConfigureAwait(false);
                if (read == 0) return FormattableString.Invariant($"it was cut off by somebody else after {at} bytes");
                if (at == 0 && !IsCore(block.AsSpan(0, read))) return "what was written is no core file";
                await run.File.WriteAsync(block.AsMemory(0, read), cancellation).ConfigureAwait(false);
                at += read;
                run.Progress(DumpState.Copying, at);
            }
        }
        catch (IOException e)
        {
            return $"it can't be copied: {e.Message}";
        }
        return length == 0 ? "nothing was written" : null;
    }

    public static bool IsCore(ReadOnlySpan<byte> head) => head.Length >= HeadLength && head.StartsWith("\u007fELF"u8) && System.Runtime.InteropServices.MemoryMarshal.Read<ushort>(head[16..]) == TypeCore;
}

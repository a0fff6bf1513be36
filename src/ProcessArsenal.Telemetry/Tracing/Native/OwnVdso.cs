using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Tracing.Native.Symbols;

namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>The code that the kernel puts into every process (vdso(7)): ours is the same as that of others, and no file has it.</summary>
internal static class OwnVdso
{
    private const int Most = 1 << 20;

    /// <returns>Null if we have none.</returns>
    public static unsafe ByteSource? Read()
    {
        byte[]? bytes = null;
        using ProcFs proc = ProcFs.Open();
        if (proc.OpenSelf(out ProcessDirectory? self) != ReadOutcome.Ok) return null;
        using (self)
            _ = self!.ReadMaps((in mapping) =>
            {
                if (mapping.Name.SequenceEqual("[vdso]"u8) && mapping.End - mapping.Start <= Most) bytes = new ReadOnlySpan<byte>((void*)mapping.Start, (int)(mapping.End - mapping.Start)).ToArray();
            });
        return bytes is null ? null : new ByteSource(bytes);
    }
}

using System.Buffers.Binary;

namespace ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

/// <summary>The innermost part of a stack, as it was copied with a sample.</summary>
/// <param name="start">Address of the first byte.</param>
internal readonly ref struct StackMemory(ulong start, ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Whether an address is beyond what was copied, and so may well be of the stack.</summary>
    public bool IsBeyond(ulong address) => address >= start && address - start >= (ulong)_bytes.Length;

    /// <summary>Reads a word.</summary>
    public bool TryRead(ulong address, out ulong value)
    {
        value = 0;
        if (address < start || address - start > (ulong)_bytes.Length || (ulong)_bytes.Length - (address - start) < sizeof(ulong)) return false;
        value = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[(int)(address - start)..]);
        return true;
    }
}

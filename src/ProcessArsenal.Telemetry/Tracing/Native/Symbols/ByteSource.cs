using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace ProcessArsenal.Telemetry.Tracing.Native.Symbols;

/// <summary>Bytes of a file, or of memory, read where they are wanted. A file is never mapped: whoever cuts it would end us (SIGBUS).</summary>
internal sealed class ByteSource : IDisposable
{
    private readonly SafeFileHandle? _file;
    private readonly ReadOnlyMemory<byte> _memory;

    /// <param name="file">Disposed with this; a regular one.</param>
    public ByteSource(SafeFileHandle file) => (_file, Length) = (file, RandomAccess.GetLength(file));

    public ByteSource(ReadOnlyMemory<byte> memory) => (_memory, Length) = (memory, memory.Length);

    public long Length { get; }

    /// <summary>Reads as much as there is.</summary>
    /// <returns>Bytes; 0 beyond the end, and where it can't be read.</returns>
    public int Read(long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset >= Length) return 0;
        if (_file is null)
        {
            ReadOnlySpan<byte> rest = _memory.Span[(int)offset..];
            int count = Math.Min(rest.Length, buffer.Length);
            rest[..count].CopyTo(buffer);
            return count;
        }
        try
        {
            int read = 0;
            while (read < buffer.Length && RandomAccess.Read(_file, buffer[read..], offset + read) is > 0 and int more) read += more;
            return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Reads exactly so much.</summary>
    /// <returns>Null if there is less, or more than <paramref name="most"/> is asked for.</returns>
    public byte[]? Read(ulong offset, ulong length, int most)
    {
        if (length > (ulong)most || offset > (ulong)Length || length > (ulong)Length - offset) return null;
        byte[] bytes = new byte[length];
        return Read((long)offset, bytes) == bytes.Length ? bytes : null;
    }

    /// <summary>A text that ends with a 0, at most <paramref name="most"/> bytes of it.</summary>
    public string? ReadText(ulong offset, int most)
    {
        if (offset >= (ulong)Length) return null;
        byte[] bytes = new byte[most];
        ReadOnlySpan<byte> text = bytes.AsSpan(0, Read((long)offset, bytes));
        int end = text.IndexOf((byte)0);
        return System.Text.Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
    }

    public bool TryReadUInt32(ulong offset, out uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        bool isWhole = offset <= long.MaxValue && Read((long)offset, bytes) == bytes.Length;
        value = isWhole ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;
        return isWhole;
    }

    public void Dispose() => _file?.Dispose();
}

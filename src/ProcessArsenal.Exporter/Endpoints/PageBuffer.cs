using System.Buffers;

namespace ProcessArsenal.Exporter.Endpoints;

/// <summary>Memory for one page, in blocks: it grows without copying what is there, and never has twice what it needs. Written to through
/// spans or as a stream. Kept between pages, so that a scrape allocates next to nothing.</summary>
internal sealed class PageBuffer : Stream, IBufferWriter<byte>
{
    /// <summary>Size of a block unless more is asked for at once. Large enough not to be moved about by the garbage collector.</summary>
    public const int BlockSize = 128 * 1024;

    private readonly List<Block> _blocks = [];
    private int _last = -1;
    private int _neededBefore;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    /// <summary>Bytes written.</summary>
    public override long Length
    {
        get
        {
            long length = 0;
            for (int i = 0; i <= _last; i++) length += _blocks[i].Used;
            return length;
        }
    }

    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException();
    }

    /// <summary>Blocks that hold what is written.</summary>
    public int BlockCount => _last + 1;

    /// <summary>Memory held, in bytes.</summary>
    public long Capacity => _blocks.Sum(block => (long)block.Memory.Length);

    /// <summary>What is written in block <paramref name="index"/>.</summary>
    public ReadOnlyMemory<byte> this[int index] => _blocks[index].Memory.AsMemory(0, _blocks[index].Used);

    public void Advance(int count)
    {
        if (count > 0) _blocks[_last].Used += count;
    }

    public Span<byte> GetSpan(int sizeHint = 0) => Free(sizeHint).AsSpan(_blocks[_last].Used);

    public Memory<byte> GetMemory(int sizeHint = 0) => Free(sizeHint).AsMemory(_blocks[_last].Used);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            Span<byte> free = GetSpan();
            int part = Math.Min(free.Length, buffer.Length);
            buffer[..part].CopyTo(free);
            Advance(part);
            buffer = buffer[part..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Empties it, and lets go of the blocks that neither this page needed nor the one before: one page of exceptional size
    /// must not be paid for until the end.</summary>
    public void Reset()
    {
        int needed = Math.Max(BlockCount, _neededBefore);
        _neededBefore = BlockCount;
        if (_blocks.Count > needed) _blocks.RemoveRange(needed, _blocks.Count - needed);
        _blocks.RemoveAll(block => block.Memory.Length > BlockSize);
        foreach (Block block in _blocks) block.Used = 0;
        _last = -1;
    }

    private byte[] Free(int sizeHint)
    {
        int least = Math.Max(sizeHint, 1);
        if (_last < 0 || _blocks[_last].Memory.Length - _blocks[_last].Used < least)
        {
            _last++;
            if (_last == _blocks.Count || _blocks[_last].Memory.Length < least)
                _blocks.Insert(_last, new Block(GC.AllocateUninitializedArray<byte>(Math.Max(least, BlockSize))));
        }
        return _blocks[_last].Memory;
    }

    private sealed class Block(byte[] memory)
    {
        public byte[] Memory { get; } = memory;

        public int Used { get; set; }
    }
}

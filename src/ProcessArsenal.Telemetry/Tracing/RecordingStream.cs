namespace ProcessArsenal.Telemetry.Tracing;

/// <summary>Hands on what is read of a stream, and writes it to a file on the way. What can't be written is read all the same: who writes it must not be
/// held up.</summary>
/// <param name="source">Not disposed.</param>
/// <param name="file">Not disposed.</param>
/// <param name="most">Bytes of the file, beyond which nothing is written.</param>
internal sealed class RecordingStream(Stream source, Stream file, long most) : Stream
{
    private long _written;
    private string? _wrong;

    /// <summary>Bytes.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Why the file has not all, in words; null if it has.</summary>
    public string? Wrong => Volatile.Read(ref _wrong);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count == 0 || Wrong is not null) return count;
        if (_written + count > most)
        {
            Volatile.Write(ref _wrong, $"it was cut at {_written >> 20} MiB");
            return count;
        }
        try
        {
            await file.WriteAsync(buffer[..count], CancellationToken.None).ConfigureAwait(false);
            Interlocked.Add(ref _written, count);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Volatile.Write(ref _wrong, e.Message);
        }
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

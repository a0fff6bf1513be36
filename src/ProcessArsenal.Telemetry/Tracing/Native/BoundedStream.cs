namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>Reads another stream up to a bound, and fails beyond it: what is packed may unpack to anything.</summary>
/// <param name="source">Not disposed.</param>
internal sealed class BoundedStream(Stream source, long most) : Stream
{
    private long _left = most;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int count = source.Read(buffer);
        return (_left -= count) >= 0 ? count : throw new InvalidDataException("it unpacks to more than a profile may have");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

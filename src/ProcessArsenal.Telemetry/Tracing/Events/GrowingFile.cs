namespace ProcessArsenal.Telemetry.Tracing.Events;

/// <summary>A recording that is still written, as a stream that waits for more, and that has an end when there is none to come. Gives out no byte that our own reader has not
/// found to be whole: whoever reads this need not be as careful.</summary>
/// <param name="whole">Bytes that may be read now.</param>
/// <param name="isOver">Whether there will be no more.</param>
internal sealed class GrowingFile(string file, Func<long> whole, Func<bool> isOver, CancellationToken cancellation) : Stream
{
    private const byte EndOfStream = 1;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _file = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    private bool _hasEnded;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _file.Position;
        set => throw new NotSupportedException();
    }

    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        while (true)
        {
            bool over = isOver(); // Before the other: what comes between the two is not lost.
            long left = whole() - _file.Position;
            if (left > 0 && _file.Read(buffer, offset, (int)Math.Min(count, left)) is > 0 and var read) return read;
            if (over)
            {
                if (_hasEnded || count == 0) return 0;
                _hasEnded = true;
                buffer[offset] = EndOfStream;
                return 1;
            }
            cancellation.WaitHandle.WaitOne(Look);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _file.Dispose();
        base.Dispose(disposing);
    }
}

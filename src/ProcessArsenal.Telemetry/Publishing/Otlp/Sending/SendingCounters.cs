namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Items of one signal that were sent or dropped since the start. Read by any thread.</summary>
internal sealed class SendingCounters
{
    private readonly long[] _dropped = new long[DropReasons.Texts.Length];
    private long _sent;

    public long Sent => Volatile.Read(ref _sent);

    public long Dropped(DropReason reason) => Volatile.Read(ref _dropped[(int)reason]);

    public long AllDropped => Enumerable.Range(0, _dropped.Length).Sum(reason => Dropped((DropReason)reason));

    public void AddSent(long items) => Interlocked.Add(ref _sent, items);

    public void AddDropped(DropReason reason, long items) => Interlocked.Add(ref _dropped[(int)reason], items);
}

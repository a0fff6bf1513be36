using System.Diagnostics.Metrics;
using System.Threading.Channels;

namespace Worker;

/// <summary>Jobs that wait, a bounded number. Counts what it does twice: by instruments, and by itself.</summary>
internal sealed class JobQueue : IDisposable
{
    private const int Most = 1000;

    private readonly Channel<Job> _jobs = Channel.CreateBounded<Job>(Most);
    private readonly Meter _meter = new("Worker.Queue");
    private readonly Counter<long> _offered;

    public JobQueue()
    {
        _offered = _meter.CreateCounter<long>("worker.jobs.offered", "{job}", "Jobs that were offered, by whether there was a place.");
        _meter.CreateObservableGauge("worker.queue.depth", () => Depth, "{job}", "Jobs that wait.");
    }

    public long Accepted { get; private set; }

    public long Refused { get; private set; }

    public int Depth => _jobs.Reader.Count;

    public ChannelReader<Job> Reader => _jobs.Reader;

    /// <summary>Used by one thread.</summary>
    public void Offer(Job job)
    {
        bool isAccepted = _jobs.Writer.TryWrite(job);
        if (isAccepted) Accepted++;
        else Refused++;
        _offered.Add(1, new KeyValuePair<string, object?>("accepted", isAccepted));
    }

    public void Dispose() => _meter.Dispose();
}

/// <summary>One job.</summary>
/// <param name="IsGood">Else it fails.</param>
internal sealed record Job(bool IsGood);

using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace Worker;

/// <summary>Does one job after the other, unless it is held. Counts what it does twice: by instruments, and by itself.</summary>
internal sealed class Processor : BackgroundService
{
    private readonly JobQueue _queue;
    private readonly Meter _meter = new("Worker.Processor");
    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<int> _balance;
    private volatile TaskCompletionSource _mayGo = new();
    private long _done, _failed, _good;

    public Processor(JobQueue queue)
    {
        _queue = queue;
        _duration = _meter.CreateHistogram<double>("worker.job.duration", "s", "What a job is said to have taken.");
        _balance = _meter.CreateUpDownCounter<int>("worker.balance", description: "Jobs that went well, less those that failed.");
        Go();
    }

    public long Done => Interlocked.Read(ref _done);

    public long Failed => Interlocked.Read(ref _failed);

    public long Balance => Interlocked.Read(ref _good) - Failed;

    /// <summary>From now on it begins no job.</summary>
    public void Hold() => _mayGo = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Go() => _mayGo.TrySetResult();

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            await _mayGo.Task.WaitAsync(stoppingToken);
            if (_queue.Reader.TryRead(out Job? job)) Do(job);
        }
    }

    private void Do(Job job)
    {
        try
        {
            if (!job.IsGood) throw new InvalidDataException("a bad job");
            _balance.Add(1);
            Interlocked.Increment(ref _good);
        }
        catch (InvalidDataException)
        {
            _balance.Add(-1);
            Interlocked.Increment(ref _failed);
        }
        _duration.Record(job.IsGood ? 0.25 : 0.5, new KeyValuePair<string, object?>("good", job.IsGood));
        Interlocked.Increment(ref _done);
    }
}

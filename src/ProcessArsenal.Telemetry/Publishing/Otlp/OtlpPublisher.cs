using Microsoft.Extensions.Logging;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;
using ProcessArsenal.Telemetry.Publishing.Otlp.Resources;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;
using ProcessArsenal.Telemetry.Publishing.Otlp.Traces;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Publishing.Otlp;

/// <summary>Publishes by OTLP what the sampler sees: spans of targets some moments after they ended, and the metrics of the latest snapshot at each
/// interval.</summary>
public sealed class OtlpPublisher : IAsyncDisposable
{
    /// <summary>How long a span waits for others: what we have not handed to the spool when we are killed is lost.</summary>
    public static readonly TimeSpan SpanInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Of one request of spans, by <see cref="Span.Size"/>, which is more than it takes on the wire; a receiver of gRPC takes 4 MiB.</summary>
    private const int MostBytes = 4 * 1024 * 1024;

    private const int MostSpans = 4096;

    private readonly OtlpSender _sender;
    private readonly SnapshotStore _store;
    private readonly SpanSink? _sink;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly ResourceTable _resources;
    private readonly TraceRequest _traces;
    private readonly MetricsRequests _metrics;
    private readonly ProtobufWriter _writer = new();
    private readonly QueuedSpan[] _batch = new QueuedSpan[MostSpans];
    private long _published = -1;
    private long _publishedAt;
    private long _overflow;

    public OtlpPublisher(OtlpSendingOptions sending, OtlpPublishingOptions options, Sampler sampler, SnapshotStore store, TimeProvider time, ILogger logger)
    {
        _sender = new OtlpSender(sending, time, logger);
        _store = store;
        _sink = sampler.Spans;
        _time = time;
        _interval = options.Interval;
        _resources = new ResourceTable(options.Host);
        _traces = new TraceRequest(_resources.Of);
        _metrics = new MetricsRequests(options.Host.Version, _resources.Of, _resources.Host, options.AllProcesses);
    }

    /// <summary>How it stands with each signal.</summary>
    public IEnumerable<OtlpTally> Tallies => Enum.GetValues<OtlpSignal>().Where(_sender.Sends).Select(signal =>
    {
        SpoolState waiting = _sender.Waiting(signal);
        var dropped = Enum.GetValues<DropReason>().Select(reason => new KeyValuePair<string, long>(reason.Text(), _sender.Dropped(signal, reason)));
        return new OtlpTally(signal.Text(), _sender.Sent(signal), [.. dropped], waiting.Items, waiting.Bytes);
    });

    /// <summary>Publishes until cancelled, and then what is left for as long as <see cref="OtlpSender.Farewell"/>.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var stopSending = new CancellationTokenSource();
        Task sending = _sender.RunAsync(stopSending.Token);
        try
        {
            using var timer = new PeriodicTimer(SpanInterval, _time);
            while (await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false)) Publish(isLast: false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Publish(isLast: true);
        }
        finally
        {
            await stopSending.CancelAsync().ConfigureAwait(false);
        }
        await sending.ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _sender.DisposeAsync();

    private void Publish(bool isLast)
    {
        using SnapshotLease lease = _store.Acquire();
        if (lease.Snapshot is not { } snapshot) return;
        _resources.Update(snapshot);
        PublishSpans();
        if (!isLast && _published >= 0 && _time.GetElapsedTime(_publishedAt) < _interval) return;
        PublishMetrics(snapshot);
    }

    private void PublishSpans()
    {
        if (_sink is null || !_sender.Sends(OtlpSignal.Traces)) return;
        CountOverflow(_sink);
        while (true)
        {
            int count = 0;
            for (long bytes = 0; count < MostSpans && bytes < MostBytes && _sink.TryTake(out QueuedSpan span); bytes += span.Span.Size) _batch[count++] = span;
            if (count == 0) return;
            _traces.Write(_writer, _batch.AsSpan(0, count));
            _batch.AsSpan(0, count).Clear();
            _sender.Enqueue(OtlpSignal.Traces, _writer.Written, count);
        }
    }

    private void CountOverflow(SpanSink sink)
    {
        long overflow = sink.Dropped(SpanDropReason.Full) + sink.Dropped(SpanDropReason.TooManyBytes);
        if (overflow > _overflow) _sender.Drop(OtlpSignal.Traces, DropReason.QueueFull, overflow - _overflow, "more ended at once than may wait to be encoded");
        _overflow = overflow;
    }

    /// <summary>A snapshot that was told is not told again: its points would seem to be newer than they are.</summary>
    private void PublishMetrics(Snapshot snapshot)
    {
        if (!_sender.Sends(OtlpSignal.Metrics) || snapshot.Tick == _published) return;
        _published = snapshot.Tick;
        _publishedAt = _time.GetTimestamp();
        _metrics.Begin(snapshot);
        long before = _metrics.Dropped;
        while (_metrics.TryWrite(_writer, out int points)) _sender.Enqueue(OtlpSignal.Metrics, _writer.Written, points);
        if (_metrics.Dropped > before) _sender.Drop(OtlpSignal.Metrics, DropReason.TooLarge, _metrics.Dropped - before, "one process alone has more than a request may hold");
    }
}

/// <summary>What is published by OTLP, and of whom.</summary>
public sealed record OtlpPublishingOptions
{
    public required Resources.HostFacts Host { get; init; }

    /// <summary>From one request of metrics to the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Metrics of all processes, not only of those that have series of their own.</summary>
    public bool AllProcesses { get; init; }
}

/// <summary>What became of the items of a signal, since the start.</summary>
/// <param name="Signal">As in labels.</param>
/// <param name="Sent">The receiver has them.</param>
/// <param name="Dropped">It will not have them, by reason.</param>
/// <param name="WaitingItems">They are kept until it takes them.</param>
/// <param name="WaitingBytes">What those take.</param>
public sealed record OtlpTally(string Signal, long Sent, IReadOnlyList<KeyValuePair<string, long>> Dropped, long WaitingItems, long WaitingBytes);

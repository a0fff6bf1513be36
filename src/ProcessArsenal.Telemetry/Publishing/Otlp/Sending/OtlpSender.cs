using Microsoft.Extensions.Logging;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Brings finished requests of OTLP to their receivers. A request that was handed over is kept until the receiver has answered, through outages
/// and, where there is a disk, through our own end; what is lost is counted by reason. A request may arrive twice only if its response was lost.</summary>
internal sealed class OtlpSender : IAsyncDisposable
{
    /// <summary>How long sending goes on when it is to stop.</summary>
    public static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly SignalSender?[] _senders;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private Task? _run;

    public OtlpSender(OtlpSendingOptions options, TimeProvider time, ILogger logger)
    {
        _time = time;
        _senders = [.. Enum.GetValues<OtlpSignal>()
            .Select(signal => EndpointOf(options, signal) is { } endpoint ? new SignalSender(signal, endpoint, options, time, logger) : null)];
    }

    /// <summary>Of a file of headers that both signals have, metrics tell, which are sent all the time.</summary>
    private static OtlpEndpoint? EndpointOf(OtlpSendingOptions options, OtlpSignal signal) =>
        options.EndpointOf(signal) is not { } endpoint ? null
            : endpoint with { TellsOfHeaders = signal == OtlpSignal.Metrics || endpoint.HeadersFile != options.Metrics?.HeadersFile };

    /// <summary>Whether a signal has a receiver; who has none needs not be encoded.</summary>
    public bool Sends(OtlpSignal signal) => _senders[(int)signal] is not null;

    /// <summary>Takes a request over, by copying it. When this returns it outlives our end, if there is a spool on disk that can be written. Takes the
    /// time of compressing and of writing a file to the page cache. By any thread; nothing for a signal without a receiver.</summary>
    /// <param name="items">Spans or data points in it.</param>
    public void Enqueue(OtlpSignal signal, ReadOnlySpan<byte> body, int items) => _senders[(int)signal]?.Add(body, items);

    /// <summary>Counts items that never came to be a request, and says so.</summary>
    public void Drop(OtlpSignal signal, DropReason reason, long items, string why) => _senders[(int)signal]?.Drop(reason, items, why);

    /// <summary>Sends until cancelled, and then for <see cref="Farewell"/> at most. Once.</summary>
    public Task RunAsync(CancellationToken cancel) => _run = RunAllAsync(cancel);

    private async Task RunAllAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stop.Token);
        using var abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        using CancellationTokenRegistration farewell = stop.Token.Register(() => abort.CancelAfter(Farewell));
        await Task.WhenAll(_senders.OfType<SignalSender>().Select(sender => Task.Run(() => sender.RunAsync(stop.Token, abort.Token), CancellationToken.None)))
            .ConfigureAwait(false);
    }

    /// <summary>Items that a receiver has.</summary>
    public long Sent(OtlpSignal signal) => _senders[(int)signal]?.Counters.Sent ?? 0;

    /// <summary>Items that no receiver will have.</summary>
    public long Dropped(OtlpSignal signal, DropReason reason) => _senders[(int)signal]?.Counters.Dropped(reason) ?? 0;

    /// <summary>What waits.</summary>
    public SpoolState Waiting(OtlpSignal signal) => _senders[(int)signal]?.Spool.State ?? default;

    /// <summary>Stops, if it runs, and lets go of the spool; what is in it stays for the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_run is { } run) await run.ConfigureAwait(false);
        foreach (SignalSender? sender in _senders) sender?.Dispose();
        _stop.Dispose();
    }
}

using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Polly;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Sends the requests of one signal, one after the other, the oldest first: points of metrics must not come out of order, and one at a time
/// is fast enough to catch up.</summary>
internal sealed class SignalSender : IDisposable
{
    /// <summary>Between two looks at a file that can't be read now.</summary>
    private static readonly TimeSpan ReadPause = TimeSpan.FromSeconds(2);

    private readonly OtlpSignal _signal;
    private readonly OtlpEndpoint _endpoint;
    private readonly TimeProvider _time;
    private readonly OtlpTransport _transport;
    private readonly ReceiverLog _log;
    private readonly ResiliencePipeline<SendOutcome> _pace;
    private readonly Channel<bool> _added = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly MemoryStream _compressed = new();
    private readonly Lock _adding = new();
    private byte[] _buffer = [];

    public SignalSender(OtlpSignal signal, OtlpEndpoint endpoint, OtlpSendingOptions options, TimeProvider time, ILogger logger)
    {
        (_signal, _endpoint, _time) = (signal, endpoint, time);
        _log = new ReceiverLog(signal, endpoint, time, logger);
        _pace = SendingPace.Create(time);
        _transport = OtlpTransport.Create(signal, endpoint, time, logger);
        string? directory = options.SpoolDirectory is { } path ? Path.Join(path, signal.Text()) : null;
        Spool = new Spool(directory, options.ShareOf(signal, options.SpoolMaxSize),
            options.ShareOf(signal, Math.Min(options.SpoolMaxSize, options.MostInMemory)), Drop, time, logger);
    }

    public SendingCounters Counters { get; } = new();

    public Spool Spool { get; }

    /// <summary>Adds a request; when this returns it is on disk, if there is one. By any thread.</summary>
    public void Add(ReadOnlySpan<byte> body, int items)
    {
        if (!_endpoint.Gzip) Spool.Add(body, items, gzip: false);
        else
        {
            lock (_adding)
            {
                Gzip.Compress(body, _compressed);
                Spool.Add(_compressed.GetBuffer().AsSpan(0, (int)_compressed.Length), items, gzip: true);
            }
        }
        _added.Writer.TryWrite(true);
    }

    /// <summary>Sends until told to stop; then tries each of what waits once, as long as that goes well.</summary>
    /// <param name="stop">No more waiting.</param>
    /// <param name="abort">No more sending.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (Spool.Take() is { } entry) await SendAsync(entry, stop, abort).ConfigureAwait(false);
                else await _added.Reader.ReadAsync(stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
        }
        try
        {
            while (Spool.Take() is { } entry && await SendOnceAsync(entry, abort).ConfigureAwait(false))
            {
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <exception cref="OperationCanceledException">The request is where it was.</exception>
    private async Task SendAsync(SpoolEntry entry, CancellationToken stop, CancellationToken abort)
    {
        if (Load(entry, out bool isLost) is not { } request)
        {
            if (!isLost) await Task.Delay(ReadPause, _time, stop).ConfigureAwait(false);
            return;
        }
        // To stop ends the waiting between two tries, and lets a try end.
        SendOutcome outcome = await _pace.ExecuteAsync(
            static async (state, _) => await state.Sender.TryAsync(state.Request, state.Abort).ConfigureAwait(false),
            (Sender: this, Request: request, Abort: abort), stop).ConfigureAwait(false);
        Settle(entry, request, outcome);
    }

    /// <returns>False if there is no sense in going on.</returns>
    private async Task<bool> SendOnceAsync(SpoolEntry entry, CancellationToken abort)
    {
        if (Load(entry, out bool isLost) is not { } request) return isLost;
        SendOutcome outcome = await TryAsync(request, abort).ConfigureAwait(false);
        if (outcome.Result != SendResult.Retry) Settle(entry, request, outcome);
        return outcome.Result != SendResult.Retry;
    }

    private async ValueTask<SendOutcome> TryAsync(Request request, CancellationToken abort)
    {
        SendOutcome outcome = await _transport.SendAsync(request.Body, request.Gzip, abort).ConfigureAwait(false);
        _log.Tried(outcome, Spool.State);
        return outcome;
    }

    /// <param name="isLost">It will never be read, and was dropped.</param>
    /// <returns>Null if it can't be read.</returns>
    private Request? Load(SpoolEntry entry, out bool isLost)
    {
        SpoolRead read = Spool.Read(entry, ref _buffer, out string? wrong);
        isLost = read == SpoolRead.Lost;
        if (read == SpoolRead.NotNow)
        {
            Spool.PutBack(entry);
            _log.NotReadable(wrong!, Spool.State);
            return null;
        }
        if (!isLost)
        {
            ReadOnlyMemory<byte> body = _buffer.AsMemory(0, (int)entry.Length);
            if (!entry.Gzip || _endpoint.Gzip) return new Request(body, entry.Gzip);
            // Of a time when it was to be compressed.
            if (Gzip.Decompress(body, Spool.MostRequest) is { } plain) return new Request(plain, Gzip: false);
            isLost = true;
        }
        Remove(entry, DropReason.Unreadable, wrong ?? "it does not unpack");
        return null;
    }

    private void Settle(SpoolEntry entry, Request request, in SendOutcome outcome)
    {
        switch (outcome.Result)
        {
            case SendResult.Accepted:
                long rejected = Math.Clamp(outcome.Rejected, 0, entry.Items);
                Counters.AddSent(entry.Items - rejected);
                if (rejected > 0) Drop(DropReason.Rejected, rejected, outcome.Message);
                Spool.Remove(entry);
                break;
            case SendResult.TooLarge:
                if (!Halve(entry, request)) Remove(entry, DropReason.TooLarge, outcome.Message);
                break;
            default:
                Remove(entry, DropReason.Refused, outcome.Message);
                break;
        }
    }

    private bool Halve(SpoolEntry entry, Request request)
    {
        ReadOnlyMemory<byte> plain = request.Gzip ? Gzip.Decompress(request.Body, Spool.MostRequest) : request.Body;
        if (RequestSplitter.Split(plain.Span) is not { } halves) return false;
        // Counted in the halves as long as that agrees with what we were told, so that no item is counted twice or never.
        int first = Math.Min(entry.Items, RequestSplitter.Count(_signal, halves.First));
        return Spool.Halve(entry, (Ready(halves.First, request.Gzip), first), (Ready(halves.Second, request.Gzip), entry.Items - first), request.Gzip);
    }

    private static byte[] Ready(byte[] plain, bool gzip)
    {
        if (!gzip) return plain;
        using var stream = new MemoryStream();
        Gzip.Compress(plain, stream);
        return stream.ToArray();
    }

    private void Remove(SpoolEntry entry, DropReason reason, string why)
    {
        Spool.Remove(entry);
        Drop(reason, entry.Items, why);
    }

    /// <summary>Counts what the receiver will not have, and says so. By any thread.</summary>
    public void Drop(DropReason reason, long items, string why)
    {
        Counters.AddDropped(reason, items);
        _log.Dropped(reason, items, why);
    }

    public void Dispose()
    {
        Spool.Dispose();
        _log.Flush();
        _transport.Dispose();
        _compressed.Dispose();
    }

    private sealed record Request(ReadOnlyMemory<byte> Body, bool Gzip);
}

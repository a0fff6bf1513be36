using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.IO.Pipelines;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Endpoints;

/// <summary><c>GET /metrics</c>: one snapshot, then our own counters. A page is written whole before it is sent, so that a slow reader
/// holds no snapshot, nor a turn to have one made; only so many are on their way at once, and a reader that takes too long is dropped.</summary>
internal sealed class MetricsEndpoint(SnapshotStore store, Freshness freshness, OwnMetrics own, TimeProvider time) : IDisposable
{
    /// <summary>Pages that are made at once.</summary>
    private const int MaxMaking = 4;

    /// <summary>Pages that are on their way at once: each is memory.</summary>
    private const int MaxSending = 64;

    private const int MaxKept = 4;

    private static readonly TimeSpan SendDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WaitForTurn = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _making = new(MaxMaking);
    private readonly SemaphoreSlim _sending = new(MaxSending);
    private readonly ConcurrentBag<PageBuffer> _buffers = [];

    public async Task HandleAsync(HttpContext http)
    {
        if (!await _sending.WaitAsync(WaitForTurn, http.RequestAborted))
        {
            own.ScrapesRefused.Inc();
            http.Response.Headers.RetryAfter = "5";
            await PlainText.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, $"{MaxSending} pages are on their way already: try again.");
            return;
        }
        try
        {
            await AnswerAsync(http);
        }
        finally
        {
            _sending.Release();
        }
    }

    public void Dispose()
    {
        _making.Dispose();
        _sending.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        long began = time.GetTimestamp();
        Telemetry.Publishing.ExpositionFormat format = ContentNegotiation.Format(http.Request);
        if (freshness.WhyNotReady() is { } reason)
        {
            await PlainText.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, $"Nothing to say about now: {reason}.");
            return;
        }
        bool compress = ContentNegotiation.AcceptsGzip(http.Request);
        http.Response.ContentType = ContentNegotiation.ContentType(format);
        http.Response.Headers.Vary = "Accept, Accept-Encoding";
        if (compress) http.Response.Headers.ContentEncoding = "gzip";
        own.Scrapes.Inc();
        if (HttpMethods.IsHead(http.Request.Method)) return;

        using var late = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        using ITimer timer = time.CreateTimer(_ => late.Cancel(), null, SendDeadline, Timeout.InfiniteTimeSpan);
        try
        {
            await http.Response.StartAsync(late.Token); // What is written before it is copied once more.
            PipeWriter body = http.Response.BodyWriter;
            await MakeAsync(body, format, compress, late.Token);
            own.ScrapeDuration.Observe(time.GetElapsedTime(began).TotalSeconds);
            await body.FlushAsync(late.Token); // All at once: the fewer times, the less often threads wait for each other.
        }
        catch (Exception e)
        {
            http.Abort(); // A part of a page must not pass for a whole one.
            if (e is not OperationCanceledException) throw;
        }
    }

    private async Task MakeAsync(PipeWriter body, Telemetry.Publishing.ExpositionFormat format, bool compress, CancellationToken cancellationToken)
    {
        await _making.WaitAsync(cancellationToken);
        PageBuffer page = Take();
        try
        {
            // Uncompressed, the snapshot goes straight into what is sent: copying a large page takes a tenth of a request.
            Write(compress ? page : new ResponseBlocks(body), format);
            await WriteOwnAsync(page, format, cancellationToken);
            if (compress) Compress(page, body);
            else Copy(page, body);
        }
        finally
        {
            GiveBack(page);
            _making.Release();
        }
    }

    private void Write(IBufferWriter<byte> output, Telemetry.Publishing.ExpositionFormat format)
    {
        using SnapshotLease lease = store.Acquire();
        PrometheusPage.Write(lease.Snapshot!, output, format, time);
    }

    /// <summary>Our own counters come last: prometheus-net writes the one end mark of OpenMetrics.</summary>
    private Task WriteOwnAsync(PageBuffer output, Telemetry.Publishing.ExpositionFormat format, CancellationToken cancellationToken) =>
        own.Registry.CollectAndExportAsTextAsync(output,
            format == Telemetry.Publishing.ExpositionFormat.OpenMetrics ? Prometheus.ExpositionFormat.OpenMetricsText : Prometheus.ExpositionFormat.PrometheusText,
            cancellationToken);

    private void Compress(PageBuffer page, PipeWriter body)
    {
        PageBuffer compressed = Take();
        try
        {
            using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
                for (int i = 0; i < page.BlockCount; i++) gzip.Write(page[i].Span);
            Copy(compressed, body);
        }
        finally
        {
            GiveBack(compressed);
        }
    }

    private static void Copy(PageBuffer page, PipeWriter body)
    {
        // Into one piece for each block: written as a stream, a block would be cut into pieces of 4 KiB.
        for (int i = 0; i < page.BlockCount; i++)
        {
            ReadOnlySpan<byte> block = page[i].Span;
            block.CopyTo(body.GetSpan(block.Length));
            body.Advance(block.Length);
        }
    }

    private PageBuffer Take() => _buffers.TryTake(out PageBuffer? buffer) ? buffer : new PageBuffer();

    private void GiveBack(PageBuffer buffer)
    {
        buffer.Reset();
        if (_buffers.Count < MaxKept) _buffers.Add(buffer);
    }

    /// <summary>The response, written in large pieces.</summary>
    private sealed class ResponseBlocks(PipeWriter body) : IBufferWriter<byte>
    {
        public void Advance(int count)
        {
            if (count > 0) body.Advance(count); // Kestrel takes no Advance before there was a span.
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => body.GetMemory(Math.Max(sizeHint, PageBuffer.BlockSize));

        public Span<byte> GetSpan(int sizeHint = 0) => body.GetSpan(Math.Max(sizeHint, PageBuffer.BlockSize));
    }
}

using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.IO.Pipelines;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Endpoints;

/// <summary><c>GET /metrics</c>: one snapshot, then our own counters. A page is written whole before it is sent, so that a slow reader
/// holds no snapshot; only so many are on their way at once, and a reader that takes too long is dropped.</summary>
internal sealed class MetricsEndpoint(SnapshotStore store, Freshness freshness, OwnMetrics own, TimeProvider time) : IDisposable
{
    private const int MaxConcurrent = 16;
    private const int MaxKept = 4;

    private static readonly TimeSpan SendDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WaitForTurn = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turns = new(MaxConcurrent);
    private readonly ConcurrentBag<PageBuffer> _buffers = [];

    public async Task HandleAsync(HttpContext http)
    {
        if (!await _turns.WaitAsync(WaitForTurn, http.RequestAborted))
        {
            own.ScrapesRefused.Inc();
            http.Response.Headers.RetryAfter = "5";
            await PlainText.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, $"{MaxConcurrent} pages are being written already: try again.");
            return;
        }
        PageBuffer page = Take();
        try
        {
            await AnswerAsync(http, page);
        }
        finally
        {
            GiveBack(page);
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    private async Task AnswerAsync(HttpContext http, PageBuffer page)
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
            // Uncompressed, the snapshot goes straight into what is sent: copying a large page takes a tenth of a request.
            Write(compress ? page : new ResponseBlocks(body), format);
            await WriteOwnAsync(page, format, late.Token);
            if (compress) Compress(page, body);
            else Copy(page, body);
            own.ScrapeDuration.Observe(time.GetElapsedTime(began).TotalSeconds);
            await body.FlushAsync(late.Token); // All at once: the fewer times, the less often threads wait for each other.
        }
        catch (OperationCanceledException)
        {
            http.Abort();
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

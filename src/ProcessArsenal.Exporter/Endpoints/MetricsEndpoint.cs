using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Compression;
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
        if (!_buffers.TryTake(out PageBuffer? buffer)) buffer = new PageBuffer();
        try
        {
            await AnswerAsync(http, buffer);
        }
        finally
        {
            buffer.Reset();
            if (_buffers.Count < MaxKept) _buffers.Add(buffer);
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    private async Task AnswerAsync(HttpContext http, PageBuffer buffer)
    {
        long began = time.GetTimestamp();
        Telemetry.Publishing.ExpositionFormat format = ContentNegotiation.Format(http.Request);
        if (freshness.WhyNotReady() is { } reason)
        {
            await PlainText.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, $"Nothing to say about now: {reason}.");
            return;
        }
        using (SnapshotLease lease = store.Acquire()) PrometheusPage.Write(lease.Snapshot!, buffer.Text, format, time);
        // prometheus-net comes last: it writes the one end mark of OpenMetrics.
        await own.Registry.CollectAndExportAsTextAsync(buffer.Own,
            format == Telemetry.Publishing.ExpositionFormat.OpenMetrics ? Prometheus.ExpositionFormat.OpenMetricsText : Prometheus.ExpositionFormat.PrometheusText,
            http.RequestAborted);
        buffer.Text.Write(buffer.Own.GetBuffer().AsSpan(0, (int)buffer.Own.Length));

        http.Response.ContentType = ContentNegotiation.ContentType(format);
        http.Response.Headers.Vary = "Accept, Accept-Encoding";
        ReadOnlyMemory<byte> body = buffer.Text.WrittenMemory;
        if (ContentNegotiation.AcceptsGzip(http.Request))
        {
            http.Response.Headers.ContentEncoding = "gzip";
            using (var gzip = new GZipStream(buffer.Compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(body.Span);
            body = buffer.Compressed.GetBuffer().AsMemory(0, (int)buffer.Compressed.Length);
        }
        own.Scrapes.Inc();
        own.ScrapeDuration.Observe(time.GetElapsedTime(began).TotalSeconds);
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await SendAsync(http, body);
    }

    private async Task SendAsync(HttpContext http, ReadOnlyMemory<byte> body)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        using ITimer timer = time.CreateTimer(_ => late.Cancel(), null, SendDeadline, Timeout.InfiniteTimeSpan);
        try
        {
            await http.Response.Body.WriteAsync(body, late.Token);
        }
        catch (OperationCanceledException)
        {
            http.Abort();
        }
    }

    /// <summary>Memory for one page; kept, so that a scrape allocates next to nothing.</summary>
    private sealed class PageBuffer
    {
        public ArrayBufferWriter<byte> Text { get; } = new(64 * 1024);

        public MemoryStream Own { get; } = new();

        public MemoryStream Compressed { get; } = new();

        public void Reset()
        {
            Text.ResetWrittenCount();
            Own.SetLength(0);
            Compressed.SetLength(0);
        }
    }
}

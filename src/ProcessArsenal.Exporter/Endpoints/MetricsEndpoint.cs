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

    /// <summary>Blocks handed to the kernel at once, 8 MiB. The fewer times, the less often threads wait for each other; they are memory, though.</summary>
    private const int BlocksAtOnce = 64;

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
        using (SnapshotLease lease = store.Acquire()) PrometheusPage.Write(lease.Snapshot!, page, format, time);
        // prometheus-net comes last: it writes the one end mark of OpenMetrics.
        await own.Registry.CollectAndExportAsTextAsync(page,
            format == Telemetry.Publishing.ExpositionFormat.OpenMetrics ? Prometheus.ExpositionFormat.OpenMetricsText : Prometheus.ExpositionFormat.PrometheusText,
            http.RequestAborted);

        http.Response.ContentType = ContentNegotiation.ContentType(format);
        http.Response.Headers.Vary = "Accept, Accept-Encoding";
        if (!ContentNegotiation.AcceptsGzip(http.Request))
        {
            await FinishAsync(http, page, began);
            return;
        }
        http.Response.Headers.ContentEncoding = "gzip";
        PageBuffer compressed = Take();
        try
        {
            using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
                for (int i = 0; i < page.BlockCount; i++) gzip.Write(page[i].Span);
            await FinishAsync(http, compressed, began);
        }
        finally
        {
            GiveBack(compressed);
        }
    }

    private Task FinishAsync(HttpContext http, PageBuffer body, long began)
    {
        own.Scrapes.Inc();
        own.ScrapeDuration.Observe(time.GetElapsedTime(began).TotalSeconds);
        http.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : SendAsync(http, body);
    }

    private async Task SendAsync(HttpContext http, PageBuffer body)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        using ITimer timer = time.CreateTimer(_ => late.Cancel(), null, SendDeadline, Timeout.InfiniteTimeSpan);
        try
        {
            await http.Response.StartAsync(late.Token); // What is written before it is copied once more.
            PipeWriter writer = http.Response.BodyWriter;
            for (int i = 0; i < body.BlockCount; i++)
            {
                Copy(body[i].Span, writer);
                if (i % BlocksAtOnce == BlocksAtOnce - 1) await writer.FlushAsync(late.Token);
            }
            await writer.FlushAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            http.Abort();
        }
    }

    /// <summary>Into one buffer: written as a stream, a block would be cut into pieces of 4 KiB.</summary>
    private static void Copy(ReadOnlySpan<byte> block, PipeWriter writer)
    {
        block.CopyTo(writer.GetSpan(block.Length));
        writer.Advance(block.Length);
    }

    private PageBuffer Take() => _buffers.TryTake(out PageBuffer? buffer) ? buffer : new PageBuffer();

    private void GiveBack(PageBuffer buffer)
    {
        buffer.Reset();
        if (_buffers.Count < MaxKept) _buffers.Add(buffer);
    }
}

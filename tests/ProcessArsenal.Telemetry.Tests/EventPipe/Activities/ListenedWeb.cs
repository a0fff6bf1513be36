using System.Globalization;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe.Activities;

/// <summary>A web program whose spans are listened to.</summary>
internal sealed class ListenedWeb : IAsyncDisposable
{
    private readonly SpanSink _sink = new();
    private readonly List<Span> _spans = [];
    private readonly ActivityReader _reader;
    private readonly bool _ends;
    private TargetSession? _session;

    private ListenedWeb(WebTarget web, ActivityProvider provider, bool ends)
    {
        Web = web;
        _ends = ends;
        _reader = new ActivityReader(new ProcessIdentity(web.Pid, 1, 2), provider.IsSampled, _sink);
    }

    public WebTarget Web { get; }

    public ActivityReader Reader => _reader;

    public long Lost => _session!.Lost;

    /// <summary>All so far.</summary>
    public IReadOnlyList<Span> Spans
    {
        get
        {
            while (_sink.TryTake(out QueuedSpan span))
            {
                Assert.Equal(Web.Pid, span.Origin.Process.Pid);
                _spans.Add(span.Span);
            }
            return _spans;
        }
    }

    public IEnumerable<Span> Servers => Spans.Where(span => span.Kind == SpanKind.Server);

    public IEnumerable<Span> Clients => Spans.Where(span => span.Kind == SpanKind.Client);

    /// <summary>Begins a session that asks for all, as sampled where the runtime can be asked for that.</summary>
    public static Task<ListenedWeb> Begin(WebTarget web, string framework) =>
        Begin(web, framework, framework == "net8.0" ? SpanSampler.All : framework == "net9.0" ? SpanSampler.Ratio(1) : SpanSampler.Rate(100_000));

    /// <param name="ends">The program ends with this.</param>
    public static async Task<ListenedWeb> Begin(WebTarget web, string framework, SpanSampler sampler, bool ends = true)
    {
        int runtime = int.Parse(framework[3..^2], CultureInfo.InvariantCulture);
        ActivityProvider provider = ActivityProvider.For(runtime, sampler)!;
        var listened = new ListenedWeb(web, provider, ends);
        (ProcessDirectory directory, ProcStat stat, ProcStatus status) = ShopTarget.Look(web.Pid);
        using (directory)
        {
            (_, DiagnosticSocket? socket) = await DiagnosticSocket.FindAsync(directory, stat, status, TestContext.Current.CancellationToken);
            listened._session = await TargetSession.StartAsync(socket!, runtime, [provider.Build()], 16, listened.Take, TimeProvider.System, TestContext.Current.CancellationToken);
        }
        return listened;
    }

    public Task Until(string what, Func<bool> condition) => Eventually.True(what, condition, () => $"{_spans.Count} spans, {_session!.Events} events.");

    public async ValueTask DisposeAsync()
    {
        if (_session is not null) await _session.DisposeAsync();
        if (_ends) await Web.DisposeAsync();
    }

    private void Take(in NetTraceEvent value, TraceHeader? header) => _reader.Take(value);
}

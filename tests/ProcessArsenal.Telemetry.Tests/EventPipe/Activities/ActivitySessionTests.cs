using System.Globalization;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe.Activities;

/// <summary>Spans of a real program, compared with what it says is in them.</summary>
public sealed class ActivitySessionTests
{
    private static readonly ProcessIdentity Identity = new(1, 2, 3);

    private readonly SpanSink _sink = new();
    private readonly List<Span> _spans = [];
    private ActivityReader? _reader;

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task All_of_each_is_what_the_program_put_in(string framework)
    {
        await using ShopTarget shop = await ShopTarget.StartOn(framework);
        bool isTold = framework == "net10.0"; // Before, a runtime tells only how many events and links there are.
        await using TargetSession session = await Begin(shop, framework, framework == "net8.0" ? SpanSampler.All : framework == "net9.0" ? SpanSampler.Ratio(1) : SpanSampler.Rate(100_000));
        TradedSpan[] made = await Trade(shop, 20);
        await Eventually.True("all spans", () => Taken() >= made.Length);

        Assert.Equal(20 * 5, made.Length);
        Assert.Equal(made.Select(m => Expect(m, isTold)).Order(StringComparer.Ordinal), _spans.Select(Describe).Order(StringComparer.Ordinal));
        // Asked for all, a target marks none: only what was marked elsewhere is.
        Assert.All(made, m => Assert.Equal(framework != "net8.0" || m.Trace == "0af7651916cd43dd8448eb211c80319c" ? 1 : 0, m.Flags));
        Assert.All(_spans, s => Assert.Equal(0, s.DroppedTags + s.CutTexts));
        Assert.Equal((isTold ? 0 : 20 * 2, isTold ? 0 : 20 * 2), (_spans.Sum(s => s.DroppedEvents), _spans.Sum(s => s.DroppedLinks)));
        Assert.Equal((0L, 0L, 0L, 0L, null, 0L), (_reader!.Malformed, _reader.Unsampled, _reader.Foreign, _reader.WithoutId, _reader.Complaint, session.Lost));
    }

    /// <summary>Of a trace that is not wanted .NET 9 tells the root, to carry the trace on.</summary>
    [Fact]
    public async Task Traces_that_are_not_sampled_are_not_taken()
    {
        await using ShopTarget shop = await ShopTarget.StartOn("net9.0");
        await using TargetSession session = await Begin(shop, "net9.0", SpanSampler.Ratio(0));
        // Those that continue a sampled trace are sampled, and so show that the session has begun.
        TradedSpan[] made = await Trade(shop, 20);
        await Eventually.True("unsampled roots", () => Taken() >= made.Length && _reader!.Unsampled >= 10);
        Assert.InRange(_reader!.Unsampled, 10, 11); // The first may have been made before all was told.
        Assert.Equal(10 * 5, _spans.Count);
        Assert.All(_spans, s => Assert.Equal("0af7651916cd43dd8448eb211c80319c", s.TraceId.ToString()));
        Assert.Equal(made.Select(m => m.Span).Order(StringComparer.Ordinal), _spans.Select(s => s.SpanId.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Traces_beyond_the_rate_are_not_told()
    {
        await using ShopTarget shop = await ShopTarget.Start();
        await using TargetSession session = await Begin(shop, "net10.0", SpanSampler.Rate(5));
        long began = TimeProvider.System.GetTimestamp();
        TradedSpan[] made = await Trade(shop, 500);
        double most = 5 * (2 + TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        await Eventually.True("all spans", () => Taken() >= made.Length);
        Assert.Equal(made.Length, _spans.Count);
        Assert.InRange(_spans.Count(s => s.Name.StartsWith("Käse", StringComparison.Ordinal)), 1, most);
    }

    [Fact]
    public async Task A_filter_that_a_runtime_does_not_know_is_complained_of()
    {
        await using ShopTarget shop = await ShopTarget.StartOn("net9.0");
        await using TargetSession session = await Begin(shop, "net10.0", SpanSampler.Rate(100));
        await Eventually.True("a complaint", () => _reader!.Complaint is not null);
        Assert.Contains("ParentRateLimitingSampler", _reader!.Complaint, StringComparison.Ordinal);
    }

    private async Task<TargetSession> Begin(ShopTarget shop, string framework, SpanSampler sampler)
    {
        int runtime = int.Parse(framework[3..^2], CultureInfo.InvariantCulture);
        ActivityProvider provider = ActivityProvider.For(runtime, sampler)!;
        _reader = new ActivityReader(Identity, provider.IsSampled, _sink);
        (ProcessDirectory directory, ProcStat stat, ProcStatus status) = shop.Look();
        using (directory)
        {
            (DiagnosticSocketOutcome outcome, DiagnosticSocket? socket) = await DiagnosticSocket.FindAsync(directory, stat, status, TestContext.Current.CancellationToken);
            Assert.Equal(DiagnosticSocketOutcome.Found, outcome);
            return await TargetSession.StartAsync(socket!, runtime, [provider.Build()], 16, Take, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private void Take(in NetTraceEvent value, TraceHeader? header) => _reader!.Take(value);

    /// <summary>Trades until the target has understood that somebody listens, and then so often.</summary>
    private async Task<TradedSpan[]> Trade(ShopTarget shop, int count)
    {
        TradedSpan[] first = await Eventually.Get("somebody who listens", async () => await shop.Ask<TradedSpan[]>("trade 2") is { Length: > 0 } made ? made : null);
        await Eventually.True("the first spans", () => Taken() >= first.Length);
        _spans.Clear();
        return await shop.Ask<TradedSpan[]>($"trade {count}");
    }

    private int Taken()
    {
        while (_sink.TryTake(out QueuedSpan span))
        {
            Assert.Equal(Identity, span.Origin.Process);
            _spans.Add(span.Span);
        }
        return _spans.Count;
    }

    private static string Expect(TradedSpan m, bool isTold) => Line(
        m.Trace, m.Span, m.Parent, m.Flags, m.State, m.Kind, m.Name, m.Start, m.Duration, m.Status, m.Description, m.Source, m.Version, Tags(m.Tags),
        List(isTold ? m.Events.Select(e => Line(e.Time, e.Name, Tags(e.Tags))) : []),
        List(isTold ? m.Links.Select(l => Line(l.Trace, l.Span, l.Flags, l.State, Tags(l.Tags))) : []));

    private static string Describe(Span s) => Line(
        s.TraceId, s.SpanId, s.ParentSpanId, s.TraceFlags, s.TraceState, s.Kind, s.Name, s.Start.Ticks, s.Duration.Ticks, s.Status, s.StatusDescription, s.Source, s.SourceVersion, Tags(s.Tags),
        List(s.Events.Select(e => Line(e.Time.Ticks, e.Name, Tags(e.Tags)))),
        List(s.Links.Select(l => Line(l.TraceId, l.SpanId, l.TraceFlags, l.TraceState, Tags(l.Tags)))));

    private static string Tags(IEnumerable<string[]> tags) => List(tags.Select(tag => tag[0] + "~" + tag[1]));

    private static string Tags(IEnumerable<SpanTag> tags) => List(tags.Select(tag => tag.Name + "~" + tag.Value));

    private static string List(IEnumerable<string> parts) => "<" + string.Join("><", parts) + ">";

    private static string Line(params object[] parts) => string.Join('|', parts.Select(part => Convert.ToString(part, CultureInfo.InvariantCulture)));

    private sealed record TradedSpan(
        string Trace, string Span, string Parent, int Flags, string State, string Kind, string Name, long Start, long Duration, string Status, string Description, string Source,
        string Version, string[][] Tags, TradedEvent[] Events, TradedLink[] Links);

    private sealed record TradedEvent(long Time, string Name, string[][] Tags);

    private sealed record TradedLink(string Trace, string Span, int Flags, string State, string[][] Tags);
}

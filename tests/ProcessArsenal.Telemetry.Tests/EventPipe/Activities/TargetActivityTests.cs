using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.EventPipe.Runtime;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe.Activities;

/// <summary>Spans and meters of a target in one session.</summary>
public sealed class TargetActivityTests
{
    private static readonly DotnetOptions Options = new() { Interval = TimeSpan.FromSeconds(1) };

    private readonly SpanSink _sink = new();
    private readonly List<QueuedSpan> _spans = [];

    [Theory]
    [InlineData("all", 8, true)]
    [InlineData("rate(100)", 8, false)]
    [InlineData("rate(100)", 9, true)]
    [InlineData(null, 10, false)]
    public void They_are_asked_for_where_they_are_wanted_and_can_be(string? sampler, int major, bool isAsked)
    {
        DotnetOptions options = Options with { Spans = sampler is null ? null : SpanSampler.Parse(sampler) };
        var runtime = new RuntimeInfo($"{major}.0.0", major, "Web", "Linux", "x64");
        var target = new SpanTarget(new ProcessIdentity(1, 2, 3), _sink);
        var readings = new TargetReadings(options, runtime, new RuntimeEvents(), spanTarget: target);
        Assert.Equal((isAsked, isAsked), (readings.Spans is not null, readings.SpanReadings?.Providers().Any(provider => provider.Name == ActivityProvider.Name) ?? false));
        // Who does not say what it is may not know what it would be asked; and where nobody takes them there are none.
        Assert.Null(new TargetReadings(options, null, new RuntimeEvents(), spanTarget: target).Spans);
        Assert.Null(new TargetReadings(options, runtime, new RuntimeEvents()).Spans);
        Assert.Equal(sampler is null, options.IsSame(Options));
    }

    [Theory]
    [InlineData("net8.0", "all")]
    [InlineData("net9.0", "ratio(1)")]
    [InlineData("net10.0", "rate(10000)")]
    public async Task Spans_come_beside_the_meters(string framework, string sampler)
    {
        await using WebTarget web = await WebTarget.StartOn(framework);
        using ProcFs proc = ProcFs.Open("/proc");
        (ProcessDirectory directory, _, _) = ShopTarget.Look(web.Pid);
        ProcessIdentity identity = ProcessOpener.Identify(proc, directory)!.Value;
        await using var target = new DotnetTarget(directory, Options with { Spans = SpanSampler.Parse(sampler) }, TimeProvider.System, spans: new SpanTarget(identity, _sink));
        await Until("meters", target, () => target.Read(readings => readings.Intervals > 0 && readings.SpansRefusal is null));
        await web.Get("call", 50);
        await Until("all spans", target, () => Taken(SpanKind.Server) >= 100 && Taken(SpanKind.Client) >= 50);
        await Until("all requests", target, () => target.Read(Requests) >= 100);
        // Over as many intervals as it takes to suspect a target.
        for (int i = 0; i <= FilterWatch.Patience; i++)
        {
            long intervals = target.Read(readings => readings.Intervals);
            await Until("an interval", target, () => target.Read(readings => readings.Intervals) > intervals, () => web.Get("orders/1", 1));
        }
        Assert.All(_spans, span => Assert.Equal(identity, span.Origin.Process));
        Assert.Equal((null, 0L), target.Read(readings => (readings.Obstacle, target.Lost)));
        Assert.Equal(1, target.Sessions);
    }

    /// <summary>There is one filter in a process: whoever comes last has it, and takes it along.</summary>
    [Fact]
    public async Task Another_that_takes_the_filter_is_noticed_and_the_spans_come_back()
    {
        await using WebTarget web = await WebTarget.StartOn("net10.0");
        using ProcFs proc = ProcFs.Open("/proc");
        (ProcessDirectory directory, _, _) = ShopTarget.Look(web.Pid);
        await using var target = new DotnetTarget(
            directory, Options with { Spans = SpanSampler.Rate(100) }, TimeProvider.System, spans: new SpanTarget(ProcessOpener.Identify(proc, directory)!.Value, _sink));
        await Until("meters", target, () => target.Read(readings => readings.Intervals) > 0);
        await Serve(web, "the first span", target, () => Taken(SpanKind.Server) > 0);
        await using (ListenedWeb other = await ListenedWeb.Begin(web, "net10.0", SpanSampler.Rate(100), ends: false))
            await Serve(web, "spans of the other", target, () => other.Servers.Any());
        await Serve(web, "that it was taken", target, () => target.FilterTaken);
        int before = Taken(SpanKind.Server);
        await Serve(web, "another session", target, () => target.Sessions == 2);
        await Serve(web, "spans again", target, () => Taken(SpanKind.Server) > before);
        Assert.False(target.FilterTaken);
        Assert.True(target.Read(_ => target.Untold) >= FilterWatch.Patience, "what was served meanwhile is counted");
    }

    private static long Requests(TargetReadings readings) => readings.Series.Where(series => series.Instrument == "http.server.request.duration").Sum(series => series.Count);

    private int Taken(SpanKind kind)
    {
        _sink.DrainTo(_spans, int.MaxValue);
        return _spans.Count(span => span.Span.Kind == kind);
    }

    private static Task Serve(WebTarget web, string what, DotnetTarget target, Func<bool> condition) => Until(what, target, condition, () => web.Get("orders/1", 1));

    private static Task Until(string what, DotnetTarget target, Func<bool> condition, Func<Task>? meanwhile = null)
    {
        return Eventually.True(what, Ask, () =>
            $"It is {target.State}: {target.Reason}. {target.Read(r => $"{r.Intervals} intervals, {r.Spans?.Told} told, {target.Lost} lost, {r.Complaint}")}");

        async Task<bool> Ask()
        {
            if (condition()) return true;
            if (meanwhile is not null) await meanwhile();
            return false;
        }
    }
}

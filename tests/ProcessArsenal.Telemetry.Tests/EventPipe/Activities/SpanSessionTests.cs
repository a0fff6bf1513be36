using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe.Activities;

/// <summary>Whether real programs are asked for spans where nobody has said how many.</summary>
public sealed class SpanSessionTests
{
    private static readonly DotnetOptions Options = new() { Interval = TimeSpan.FromSeconds(1), Spans = SpanSampler.Auto };

    private readonly SpanSink _sink = new();

    [Theory]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task One_without_an_SDK_is(string framework)
    {
        await using WebTarget web = await WebTarget.StartOn(framework);
        await using DotnetTarget target = Listen(web, Options);
        await Until("its session for spans", target, () => Refusal(target) is null);
        await Until("spans", target, () => _sink.Count > 0, () => web.Get("orders/1", 1));
        Assert.Equal((1, 0L), (target.Sessions, target.Read(readings => target.Lost)));
    }

    [Fact]
    public async Task One_that_has_an_SDK_is_not()
    {
        await using WebTarget web = await WebTarget.StartWithSdk();
        await using DotnetTarget target = Listen(web, Options);
        await Until("that it is not asked", target, () => Refusal(target) == SpanReadings.HasSdk);
        await Serve(web);
        await Until("its requests", target, () => target.Read(readings => readings.Intervals) > FilterWatch.Patience + 1, () => web.Get("orders/2", 1));
        Assert.Equal((0L, 0L, 0, 1), (await Recorded(web), (await web.Report()).SpansExported, _sink.Count, target.Sessions));
        Assert.Null(target.Read(readings => readings.Obstacle)); // Nothing has taken the filter, since there is none.
    }

    [Fact]
    public async Task One_that_loads_an_SDK_later_is_no_more()
    {
        await using WebTarget web = await WebTarget.StartOn("net10.0");
        await using DotnetTarget target = Listen(web, Options);
        await Until("its session for spans", target, () => Refusal(target) is null);
        await Until("spans", target, () => _sink.Count > 0, () => web.Get("orders/1", 1));
        await web.Get("otel", 1);
        long began = TimeProvider.System.GetTimestamp();
        await Until("that it is not asked any more", target, () => Refusal(target) == SpanReadings.HasSdk);
        TestContext.Current.TestOutputHelper!.WriteLine($"{TimeProvider.System.GetElapsedTime(began).TotalSeconds:F3} s after its SDK was loaded");
        WebReport before = await web.Report();
        Assert.InRange(before.SpansExported, 0, 1); // The request that loaded it was under way, and sampled.
        await Serve(web);
        Assert.Equal((before.Recorded, before.SpansExported, 1), (await Recorded(web), (await web.Report()).SpansExported, target.Sessions));
    }

    [Fact]
    public async Task One_that_has_an_SDK_is_if_somebody_says_so()
    {
        await using WebTarget web = await WebTarget.StartWithSdk();
        await using DotnetTarget target = Listen(web, Options with { Spans = SpanSampler.Rate(100) });
        await Until("its session for spans", target, () => Refusal(target) is null);
        await Until("spans", target, () => _sink.Count > 0, () => web.Get("orders/1", 1));
        Assert.NotEqual(0, (await web.Report()).SpansExported); // Which is why it is not by default.
    }

    [Fact]
    public async Task One_that_has_just_begun_is_when_it_has_settled()
    {
        await using WebTarget web = await WebTarget.StartOn("net10.0");
        await using DotnetTarget target = Listen(web, Options, isNew: true);
        await Until("meters", target, () => target.Read(readings => readings.Intervals) > 1, () => web.Get("orders/1", 1));
        Assert.Equal((SpanReadings.HasJustBegun, 0L), (Refusal(target), await Recorded(web)));
        await Until("its session for spans", target, () => Refusal(target) is null);
    }

    [Fact]
    public async Task One_that_knows_no_share_is_not()
    {
        await using WebTarget web = await WebTarget.StartOn("net8.0");
        await using DotnetTarget target = Listen(web, Options);
        await Until("meters", target, () => target.Read(readings => readings.Intervals) > 0);
        Assert.Equal((SpanReadings.OnlyAll, true), (Refusal(target), target.Read(readings => readings.AreSpansWanted)));
    }

    private static string? Refusal(DotnetTarget target) => target.Read(readings => readings.Runtime is null ? SpanReadings.Unknown : readings.SpansRefusal);

    private static async Task<long> Recorded(WebTarget web) => (await web.Report()).Recorded;

    private static Task Serve(WebTarget web) => web.Get("orders/1", 30);

    private static Task Until(string what, DotnetTarget target, Func<bool> condition, Func<Task>? meanwhile = null)
    {
        return Eventually.True(what, Ask, () => $"It is {target.State}: {target.Reason}. Spans: {Refusal(target)}. {target.Sessions} sessions.");

        async Task<bool> Ask()
        {
            if (condition()) return true;
            if (meanwhile is not null) await meanwhile();
            return false;
        }
    }

    private DotnetTarget Listen(WebTarget web, DotnetOptions options, bool isNew = false)
    {
        using ProcFs proc = ProcFs.Open("/proc");
        (ProcessDirectory directory, _, _) = ShopTarget.Look(web.Pid);
        return new DotnetTarget(directory, options, TimeProvider.System, isNew, spans: new SpanTarget(ProcessOpener.Identify(proc, directory)!.Value, _sink));
    }
}

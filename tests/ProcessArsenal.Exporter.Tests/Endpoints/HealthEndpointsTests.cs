using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Endpoints;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.Endpoints;

public sealed class HealthEndpointsTests
{
    [Fact]
    public async Task Ready_only_while_the_snapshot_is_fresh()
    {
        using var tree = new FixtureProc();
        using ProcFs proc = ProcFs.Open(tree.Root);
        var time = new FakeTimeProvider();
        var store = new SnapshotStore();
        using var sampler = new Sampler(proc, store, new SamplingOptions(), time);
        using var self = new SelfTelemetry();
        var loaded = new ConfigurationResult(new ExporterConfiguration(), [], null, new Dictionary<string, string>());
        using var sampling = new SamplingService(sampler, loaded, self, time, NullLogger<SamplingService>.Instance); // Never started: no ticks but ours.
        var health = new HealthEndpoints(new Freshness(store, sampling, time));

        Assert.Equal((503, "not ready: the first sample is not complete yet\n"), await Ask(health.ReadyAsync));
        sampler.Tick();
        Assert.Equal((200, "ready: the snapshot is 0.0 s old\n"), await Ask(health.ReadyAsync));
        time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal((200, "ready: the snapshot is 16.0 s old\n"), await Ask(health.ReadyAsync));
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal((503, "not ready: the snapshot is 16.1 s old, more than 16.0 s\n"), await Ask(health.ReadyAsync));
        Assert.Equal((200, "ok\n"), await Ask(health.HealthAsync));
        sampler.Tick();
        Assert.Equal(200, (await Ask(health.ReadyAsync)).Status);
        time.Advance(TimeSpan.FromSeconds(60.1));
        Assert.Equal((503, "not alive: the snapshot is 60.1 s old, more than 60.0 s\n"), await Ask(health.HealthAsync));
    }

    private static async Task<(int Status, string Body)> Ask(RequestDelegate endpoint)
    {
        var http = new DefaultHttpContext();
        using var body = new MemoryStream();
        http.Response.Body = body;
        await endpoint(http);
        return (http.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }
}

using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe.Activities;

/// <summary>What services behind a program are told of its callers' sampling, by the last digits of traceparent, while its spans are taken.</summary>
public sealed class TraceFlagsTests
{
    private const string Sampled = "01", Unsampled = "00";

    [Theory]
    [InlineData("net8.0", "all", Sampled, Sampled)]
    [InlineData("net8.0", "all", Unsampled, Unsampled)]
    [InlineData("net9.0", "all", Sampled, Sampled)]
    [InlineData("net9.0", "all", Unsampled, Unsampled)]
    [InlineData("net9.0", "all", null, Unsampled)]
    [InlineData("net10.0", "all", Unsampled, Unsampled)]
    [InlineData("net10.0", "all", null, Unsampled)]
    [InlineData("net10.0", "ratio(1)", Sampled, Sampled)]
    [InlineData("net10.0", "ratio(1)", Unsampled, Unsampled)]
    [InlineData("net10.0", "ratio(1)", null, Sampled)]
    [InlineData("net10.0", "rate(100000)", Sampled, Sampled)]
    [InlineData("net10.0", "rate(100000)", null, Sampled)]
    [InlineData("net9.0", "ratio(1)", Sampled, Sampled)]
    [InlineData("net9.0", "ratio(1)", Unsampled, Unsampled)]
    // The exceptions, of which the README tells.
    [InlineData("net10.0", "all", Sampled, Unsampled)]
    [InlineData("net10.0", "rate(100000)", Unsampled, Sampled)]
    public async Task Callees_are_told_what_callers_said(string framework, string sampler, string? flags, string passed)
    {
        await using WebTarget web = await WebTarget.StartLoggingOn(framework);
        string? parent = flags is null ? null : $"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}";
        Assert.EndsWith("-" + (flags ?? Unsampled), await web.Passed(parent), StringComparison.Ordinal); // Without us.

        await using ListenedWeb listened = await ListenedWeb.Begin(web, framework, SpanSampler.Parse(sampler)!, ends: false);
        // Of what is told, spans come: of those that are to be sampled, or of a request that always is.
        await Eventually.True("its spans", async () =>
        {
            await web.Get("orders/1", 1, parent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
            return listened.Spans.Any();
        });
        Assert.Null(listened.Reader.Complaint);
        Assert.EndsWith("-" + passed, await web.Passed(parent), StringComparison.Ordinal);
        if (sampler == "all" || passed == Sampled) await Eventually.True("that one too", () => listened.Clients.Any());
    }
}

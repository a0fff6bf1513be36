using System.Net;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>What the receiver is told to do wrong, it does. These need no exporter.</summary>
public sealed class OtlpReceiverFailureTests
{
    private const string Unavailable = "14", ResourceExhausted = "8", Ok = "0";

    [Fact]
    public async Task Http_is_answered_with_the_status_that_was_asked_for()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var http = new OtlpSdk(receiver, "http");
        using var grpc = new OtlpSdk(receiver, "grpc");
        await receiver.FailAsync(OtlpFailure.HttpStatus(503), times: 2);
        await receiver.FailAsync(OtlpFailure.HttpStatus(429, retryAfter: "7"), times: 1);
        await receiver.FailAsync(OtlpFailure.HttpStatus(200, body: "<html>"), times: 1);
        Assert.Equal(Ok, grpc.SendSpan().GrpcStatus); // It is not about gRPC.
        Assert.Equal((HttpStatusCode.ServiceUnavailable, null), Told(http.SendSpan()));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, null), Told(http.SendSpan()));
        Assert.Equal((HttpStatusCode.TooManyRequests, "7"), Told(http.SendSpan()));
        Assert.Equal("<html>"u8, http.SendSpan().Body);
        Assert.Equal((HttpStatusCode.OK, null), Told(http.SendSpan("last")));
        Assert.Equal(["work", "last"], (await receiver.SpansAsync()).Select(s => s.Name));
        OtlpSignalCounts counts = (await receiver.CountsAsync()).Traces;
        Assert.Equal((6L, 2L, 4L), (counts.Requests, counts.Accepted, counts.Outcomes["status"]));
    }

    [Fact]
    public async Task Grpc_is_answered_with_the_status_that_was_asked_for()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var http = new OtlpSdk(receiver, "http");
        using var grpc = new OtlpSdk(receiver, "grpc");
        await receiver.FailAsync(OtlpFailure.GrpcStatus(14), times: 1);
        await receiver.FailAsync(OtlpFailure.GrpcStatus(8, retryDelay: TimeSpan.FromSeconds(2.5), message: "slowly"));
        Assert.Equal(HttpStatusCode.OK, http.SendSpan().Status);
        OtlpAnswer first = grpc.SendSpan();
        Assert.Equal((Unavailable, null), (first.GrpcStatus, first.GrpcDetails));
        OtlpAnswer second = grpc.SendSpan();
        Assert.Equal(ResourceExhausted, second.GrpcStatus);
        // google.rpc.Status with code, message, and a RetryInfo of {seconds: 2, nanos: 500000000}.
        byte[] details = Convert.FromBase64String(second.GrpcDetails!.PadRight((second.GrpcDetails.Length + 3) / 4 * 4, '='));
        Assert.Equal([0x08, 8, 0x12, 6, .. "slowly"u8], details[..10]);
        Assert.Equal([0x12, 10, 0x0a, 8, 0x08, 2, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01], details[^12..]);
        Assert.Equal(ResourceExhausted, grpc.SendSpan().GrpcStatus);
        await receiver.HealAsync();
        Assert.Equal(Ok, grpc.SendSpan().GrpcStatus);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http")]
    public async Task What_is_too_large_is_refused(string protocol)
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var sdk = new OtlpSdk(receiver, protocol);
        await receiver.FailAsync(OtlpFailure.TooLarge(2000));
        OtlpAnswer large = sdk.SendSpan(new string('x', 2000));
        Assert.Equal(
            protocol == "grpc" ? (HttpStatusCode.OK, ResourceExhausted) : (HttpStatusCode.RequestEntityTooLarge, null), (large.Status, large.GrpcStatus));
        Assert.True(Taken(sdk.SendSpan()));
        Assert.Single(await receiver.SpansAsync());
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http")]
    public async Task An_answer_may_be_lost_late_or_none(string protocol)
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var sdk = new OtlpSdk(receiver, protocol);
        using var hasty = new OtlpSdk(receiver, protocol, timeout: TimeSpan.FromMilliseconds(300));
        await receiver.FailAsync(OtlpFailure.Drop(), times: 1);
        Assert.Null(sdk.SendSpan("dropped").Status);
        await receiver.FailAsync(OtlpFailure.Hang(), times: 1);
        Assert.Null(hasty.SendSpan("hung").Status);
        await receiver.FailAsync(OtlpFailure.Slow(TimeSpan.FromMilliseconds(200)), times: 1);
        long start = TimeProvider.System.GetTimestamp();
        Assert.True(Taken(sdk.SendSpan("slow")));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds, 190, 20_000);
        Assert.True(Taken(sdk.SendSpan("good")));
        Assert.Equal(["dropped", "slow", "good"], (await receiver.SpansAsync()).Select(s => s.Name));
        Assert.Equal(["drop", "hang", "slow", "accepted"], (await receiver.RequestsAsync()).Select(r => r.Outcome));
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http")]
    public async Task Items_may_be_rejected(string protocol)
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var sdk = new OtlpSdk(receiver, protocol);
        sdk.Meter.CreateCounter<long>("first").Add(1);
        sdk.Meter.CreateCounter<long>("second").Add(1);
        await receiver.FailAsync(OtlpFailure.Partial(1, "no room"), times: 1, signal: OtlpReceiverSignal.Metrics);
        Assert.True(Taken(sdk.SendSpan())); // It is not about spans.
        sdk.SendMetrics();
        byte[] partial = [0x0a, 11, 0x08, 1, 0x12, 7, .. "no room"u8];
        Assert.Equal(protocol == "grpc" ? [0, 0, 0, 0, 13, .. partial] : partial, sdk.Answers[^1].Body);
        OtlpCounts counts = await receiver.CountsAsync();
        Assert.Equal((1L, 1L), (counts.Metrics.Items, counts.Metrics.Rejected));
        Assert.Equal("first", Assert.Single(await receiver.MetricsAsync()).Name);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http")]
    public async Task It_goes_down_and_comes_back(string protocol)
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var sdk = new OtlpSdk(receiver, protocol);
        Assert.True(Taken(sdk.SendSpan("before")));
        await receiver.CloseAsync();
        Assert.Null(sdk.SendSpan("meanwhile").Status);
        OtlpCounts counts = await receiver.CountsAsync();
        Assert.Equal((0, 0), (counts.Connections.Grpc.Open, counts.Connections.Http.Open));
        await receiver.OpenAsync();
        Assert.True(Taken(sdk.SendSpan("after")));
        Assert.Equal(["before", "after"], (await receiver.SpansAsync()).Select(s => s.Name));
    }

    private static bool Taken(OtlpAnswer answer) => answer is { Status: HttpStatusCode.OK, GrpcStatus: null or Ok };

    private static (HttpStatusCode?, string?) Told(OtlpAnswer answer) => (answer.Status, answer.RetryAfter);
}

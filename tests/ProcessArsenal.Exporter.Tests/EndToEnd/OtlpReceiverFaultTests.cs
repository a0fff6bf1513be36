using System.Net;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>What is wrong with what comes, the receiver says. These need no exporter.</summary>
public sealed class OtlpReceiverFaultTests
{
    private static readonly byte[] Trace = [.. Enumerable.Repeat((byte)1, 16)], Id = [.. Enumerable.Repeat((byte)2, 8)];
    private static readonly byte[] Resource = Message(1, Attribute("service.name", "a"u8));

    [Fact]
    public async Task Each_fault_is_told()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var http = new HttpClient { BaseAddress = receiver.HttpEndpoint };

        async Task<string> Problem(byte[] body, int status = 200)
        {
            await receiver.ResetAsync();
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/x-protobuf") } };
            using HttpResponseMessage answer = await http.PostAsync(new Uri("/v1/traces", UriKind.Relative), content);
            Assert.Equal(status, (int)answer.StatusCode);
            OtlpCounts counts = await receiver.CountsAsync();
            Assert.Equal(counts.ProblemCount, counts.Problems.Length);
            Assert.Equal(status == 200 ? 0 : 1, counts.Traces.Outcomes.GetValueOrDefault("malformed"));
            return string.Join("; ", counts.Problems);
        }

        Assert.Equal("", await Problem(Request(Span())));
        Assert.Equal("traces: span 'a': trace id of 0 bytes", await Problem(Request(Span(trace: []))));
        Assert.Equal("traces: span 'a': trace id of 15 bytes", await Problem(Request(Span(trace: Trace[1..]))));
        Assert.Equal("traces: span 'a': trace id is zero", await Problem(Request(Span(trace: new byte[16]))));
        Assert.Equal("traces: span 'a': span id of 9 bytes", await Problem(Request(Span(id: [1, .. Id]))));
        Assert.Equal("traces: span 'a': span id is zero", await Problem(Request(Span(id: new byte[8]))));
        Assert.Equal("traces: span 'a': parent span id is zero", await Problem(Request([.. Span(), .. Message(4, new byte[8])])));
        Assert.Equal("traces: span 'a': it ends before it starts", await Problem(Request(Span(end: 9))));
        byte[] one = Message(9, Attribute("k", "1"u8)[2..]), two = Message(9, Attribute("k", "2"u8)[2..]);
        Assert.Equal("traces: span 'a': the attribute 'k' twice", await Problem(Request([.. Span(), .. one, .. two])));
        Assert.Equal("traces: no resource", await Problem(Request(Span(), resource: [])));
        Assert.Equal("traces: a request without items", await Problem([]));
        Assert.StartsWith("traces: invalid UTF-8", await Problem(Request(Span(name: [0xc3, 0x28]))), StringComparison.Ordinal);
        Assert.Contains("an unknown field", await Problem(Request([.. Span(), .. Message(99, Id)])), StringComparison.Ordinal);
        Assert.Equal("", await Problem(Request([.. Span(), 0x85, 1, 1, 3, 0, 0]))); // The flags.
        Assert.NotEqual("", await Problem(Request(Span())[..^1], 400));
        Assert.NotEqual("", await Problem([0x0a, 0xff], 400));
        Assert.Contains("longer than what it is in", await Problem(Request([.. Span(), 0x2a, 100, 1]), 400), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_type_of_content_is_refused()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var http = new HttpClient { BaseAddress = receiver.HttpEndpoint };
        using HttpResponseMessage text = await http.PostAsync(new Uri("/v1/metrics", UriKind.Relative), new StringContent("{}"), TestContext.Current.CancellationToken);
        using HttpResponseMessage elsewhere = await http.PostAsync(new Uri("/v1/logs", UriKind.Relative), new ByteArrayContent([]), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, HttpStatusCode.NotFound), (text.StatusCode, elsewhere.StatusCode));
        Assert.Single((await receiver.CountsAsync()).Problems);
    }

    /// <summary>ExportTraceServiceRequest of one span.</summary>
    private static byte[] Request(byte[] span, byte[]? resource = null) =>
        Message(1, [.. resource ?? Resource, .. Message(2, Message(2, span))]);

    private static byte[] Span(byte[]? trace = null, byte[]? id = null, byte[]? name = null, byte end = 10) =>
        [
            .. Message(1, trace ?? Trace), .. Message(2, id ?? Id), .. Message(5, name ?? [(byte)'a']), 0x30, 1,
            0x39, 10, 0, 0, 0, 0, 0, 0, 0, 0x41, end, 0, 0, 0, 0, 0, 0, 0,
        ];

    /// <summary>An attribute, as field 1.</summary>
    private static byte[] Attribute(string key, ReadOnlySpan<byte> value) =>
        Message(1, [.. Message(1, System.Text.Encoding.UTF8.GetBytes(key)), .. Message(2, Message(1, value.ToArray()))]);

    private static byte[] Message(int field, byte[] content)
    {
        int tag = (field << 3) | 2;
        byte[] prefix = tag < 128 ? [(byte)tag] : [(byte)(tag | 0x80), (byte)(tag >> 7)];
        Assert.InRange(content.Length, 0, 127);
        return [.. prefix, (byte)content.Length, .. content];
    }
}

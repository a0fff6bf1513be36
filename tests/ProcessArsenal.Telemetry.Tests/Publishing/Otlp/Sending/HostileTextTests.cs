using CsCheck;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Sending;

/// <summary>What others write: answers, files of headers, names of files.</summary>
public sealed class HostileTextTests
{
    // Bytes that look like fields more often than chance would have it.
    private static readonly Gen<byte[]> Garbage = Gen.OneOf(Gen.Byte, One<byte>(0x0A, 0x12, 0x1A, 0x22, 0x08, 0x10, 0xFF, 0x80, 0, 1, 2, 3, 4)).Array[0, 60];

    private static readonly Gen<string[][][]> Tree = Gen.String[Gen.Char['a', 'z'], 0, 5].Array[0, 5].Array[0, 3].Array[0, 3];

    private static Gen<T> One<T>(params T[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);

    [Fact]
    public void Answers_of_garbage_are_answers() => Garbage.Sample(bytes =>
    {
        SendOutcome outcome = ReceiverAnswer.Accepted(bytes);
        Assert.Equal(SendResult.Accepted, outcome.Result);
        Assert.True(outcome.Rejected >= 0);
        (string message, TimeSpan? delay) = ReceiverAnswer.Status(bytes);
        Assert.True(outcome.Message.Length < 300 && message.Length < 300 && delay is null or { Ticks: >= 0 });
        Assert.DoesNotContain(message, char.IsControl);
    }, iter: 20_000);

    [Fact]
    public void Answers_of_garbage_in_JSON_are_answers() => Gen.OneOf(One("{", "}", "[", "]", ":", ",", "\"", "1", "-9e99", "null", "\\u0000", "\\ud800"), One("\"partialSuccess\":{", "\"rejectedSpans\":", "\"rejectedDataPoints\":", "\"errorMessage\":")).Array[0, 20].Sample(parts =>
    {
        SendOutcome outcome = ReceiverAnswer.AcceptedJson(System.Text.Encoding.UTF8.GetBytes("{" + string.Concat(parts)));
        Assert.Equal(SendResult.Accepted, outcome.Result);
        Assert.True(outcome.Rejected >= 0 && outcome.Message.Length < 300);
        Assert.DoesNotContain(outcome.Message, char.IsControl);
    }, iter: 20_000);

    [Fact]
    public void No_secret_is_left_in_what_is_said_of_it() => Gen.Select(Gen.String[Gen.Char['a', 'c'], 4, 12], Gen.String[Gen.Char['a', 'c'], 0, 30], Gen.Int[0, 40]).Sample((secret, around, length) =>
    {
        string said = around + secret + around;
        string cut = length < said.Length ? said[..length] + "..." : said;
        string shown = HeaderSecrets.Hide(["Bearer " + secret], cut);
        if (secret.Length >= 8) Assert.DoesNotContain(secret, shown, StringComparison.Ordinal);
        Assert.True(shown.Length <= cut.Length + 6 || shown == "its answer has our headers in it, and is not shown", shown);
    });

    [Fact]
    public void Garbage_is_split_into_no_more_than_there_was() => Garbage.Sample(bytes =>
    {
        if (RequestSplitter.Split(bytes) is not { } halves) return;
        Assert.True(halves.First.Length < 2 * bytes.Length + 20 && halves.Second.Length < 2 * bytes.Length + 20);
        _ = RequestSplitter.Count(OtlpSignal.Metrics, bytes);
    }, iter: 20_000);

    [Fact]
    public void Requests_are_split_down_to_their_items() => Tree.Sample(tree =>
    {
        byte[] request = TestRequests.Traces(tree);
        List<string> names = TestRequests.Names(request);
        Assert.Equal(names.Count, RequestSplitter.Count(OtlpSignal.Traces, request));
        var found = new List<string>();
        var parts = new Stack<byte[]>([request]);
        for (int rounds = 0; parts.TryPop(out byte[]? part); rounds++)
        {
            Assert.True(rounds < 1000);
            if (RequestSplitter.Split(part) is { } halves)
            {
                parts.Push(halves.Second);
                parts.Push(halves.First);
                continue;
            }
            List<string> rest = TestRequests.Names(part);
            Assert.True(rest.Count <= 1);
            found.AddRange(rest);
        }
        Assert.Equal(names, found);
    });

    [Fact]
    public void Parts_keep_what_stands_above_them()
    {
        (byte[] first, byte[] second) = RequestSplitter.Split(TestRequests.Traces("a", "b", "c"))!.Value;
        Assert.Equal(TestRequests.Traces("a"), first);
        Assert.Equal(TestRequests.Traces("b", "c"), second);
        (first, second) = RequestSplitter.Split(TestRequests.Metrics(3, "m", "n"))!.Value;
        Assert.Equal(TestRequests.Metrics(3, "m"), first);
        Assert.Equal(3, RequestSplitter.Count(OtlpSignal.Metrics, second));
        Assert.Null(RequestSplitter.Split(TestRequests.Traces("a")));
        Assert.Null(RequestSplitter.Split([]));
    }

    [Fact]
    public void File_names_survive_the_round_trip() =>
        Gen.Select(Gen.Long[0, 1_000_000_000_000_000_000], One("", "0", "0110"), Gen.Int[0, int.MaxValue], Gen.ULong, Gen.Bool).Sample((sequence, part, items, hash, gzip) =>
        {
            var name = new SpoolFileName(sequence, part, items, hash, gzip);
            Assert.True(SpoolFileName.TryParse(name.ToString(), out SpoolFileName back));
            Assert.Equal(name, back);
        });

    [Fact]
    public void Other_file_names_are_not_ours() =>
        Gen.Select(Gen.Int[0, 50], Gen.Int[0, 3], Gen.OneOf(Gen.String, One("-", ".", "0", "..", "9", "\0", "-1", "٣"))).Sample((at, drop, piece) =>
        {
            string good = new SpoolFileName(42, "01", 12, 0x1234, true).ToString();
            at = Math.Min(at, good.Length);
            string name = good[..at] + piece + good[Math.Min(good.Length, at + drop)..];
            if (SpoolFileName.TryParse(name, out SpoolFileName parsed)) Assert.Equal(name, parsed.ToString());
        }, iter: 20_000);

    private static readonly Gen<string> HeaderPieces =
        Gen.OneOf(Gen.String, One(": ", "=", ",", "\n", "\r\n", "#", "%", "%41", "x-a", "secret", "\0", "host", "grpc-x", "a-bin", "\uFEFF")).Array[0, 12].Select(string.Concat);

    [Fact]
    public void Headers_of_garbage_are_fit_to_be_sent() => HeaderPieces.Sample(text =>
    {
        foreach (IReadOnlyList<KeyValuePair<string, string>> headers in (IReadOnlyList<KeyValuePair<string, string>>[])[HeaderText.ParseLines(text, out _), HeaderText.ParsePairs(text, out _)])
        {
            using var request = new HttpRequestMessage();
            var metadata = new Grpc.Core.Metadata();
            foreach ((string name, string value) in headers)
            {
                Assert.True(request.Headers.TryAddWithoutValidation(name, value));
                metadata.Add(name, value);
                Assert.DoesNotContain(value, char.IsControl);
            }
        }
    }, iter: 20_000);

    [Theory]
    [InlineData("a: b\n\n# c: d\r\nX-B:  c d ", "a=b;x-b=c d", null)]
    [InlineData("a: b\na: c", "a=c", null)]
    [InlineData("\uFEFFa: b:c", "a=b:c", null)]
    [InlineData("secret", "", "line 1: must be 'name: value'.")]
    [InlineData("a: 1\nb c: secret", "a=1", "line 2: its name must be letters, digits and - _ . only.")]
    [InlineData("Content-Type: secret", "", "line 1: 'content-type' is set by us.")]
    [InlineData("a: sécret", "", "line 1: its value must be printable ASCII.")]
    [InlineData("t-bin: secret", "", "line 1: its name must not end in -bin.")]
    public void Lines_are_headers(string text, string expected, string? wrong)
    {
        Assert.Equal(expected, string.Join(';', HeaderText.ParseLines(text, out string? said).Select(header => $"{header.Key}={header.Value}")));
        Assert.Equal(wrong, said);
    }

    [Theory]
    [InlineData("http://h:4318", OtlpProtocol.HttpProtobuf, "http://h:4318/v1/traces")]
    [InlineData("http://h/v1/in/", OtlpProtocol.HttpProtobuf, "http://h/v1/in/v1/traces")]
    [InlineData("http://h:4317", OtlpProtocol.Grpc, "http://h:4317/v1/traces")]
    [InlineData("https://h/otlp", OtlpProtocol.Grpc, "https://h/otlp/v1/traces")]
    public void The_address_tells_the_protocol(string address, OtlpProtocol protocol, string http)
    {
        var endpoint = new OtlpEndpoint { Address = new Uri(address) };
        Assert.Equal(protocol, endpoint.EffectiveProtocol);
        Assert.Equal(http, endpoint.AddressOf(OtlpSignal.Traces).ToString());
        Assert.Equal(address, (endpoint with { IsWhole = true }).AddressOf(OtlpSignal.Metrics).ToString().TrimEnd(address.EndsWith('/') ? '\0' : '/'));
    }
}

using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Sending;

/// <summary>What becomes of spans whatever a receiver does: none is lost within the bounds, and none comes twice but for a lost response.</summary>
public sealed class OtlpSenderTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Requests_arrive_in_order_with_their_headers(bool grpc, bool gzip)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc);
        await using var sender = new SenderFixture(receiver.Endpoint with { Gzip = gzip, Headers = [new("authorization", "Bearer x")] });
        for (int i = 0; i < 20; i++) sender.Add($"a{i}", $"b{i}");
        await sender.Idle();
        Assert.Equal(Enumerable.Range(0, 20).SelectMany(i => new[] { $"a{i}", $"b{i}" }), receiver.KeptNames);
        Assert.All(receiver.Kept, received =>
        {
            Assert.Equal(gzip, received.Gzip);
            Assert.Equal("Bearer x", received.Headers["authorization"]);
            Assert.Equal(grpc ? "/opentelemetry.proto.collector.trace.v1.TraceService/Export" : "/v1/traces", received.Path);
            Assert.Equal(grpc ? "application/grpc" : "application/x-protobuf", received.Headers["content-type"]);
        });
        Assert.Equal(40, sender.Sent);
        Assert.Equal(0, sender.AllDropped);
        Assert.Empty(sender.Files);
        Assert.DoesNotContain(sender.Log.Lines, line => line.Contains("Bearer", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Metrics_go_their_own_way(bool grpc)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc);
        await using var sender = new SenderFixture(receiver.Endpoint, change: options => options with { Metrics = options.Traces, Traces = null });
        Assert.False(sender.Sender.Sends(OtlpSignal.Traces));
        sender.Add("nobody's");
        sender.Sender.Enqueue(OtlpSignal.Metrics, TestRequests.Metrics(2, "m"), 2);
        await ProcessArsenal.Tests.Eventually.True("sent", () => sender.Sender.Sent(OtlpSignal.Metrics) == 2);
        Assert.Equal(grpc ? "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" : "/v1/metrics", Assert.Single(receiver.Seen).Path);
    }

    public static TheoryData<string, bool> Passing { get; } = new(
        from answer in PassingAnswers.Keys from grpc in new[] { true, false } select (answer, grpc));

    private static Dictionary<string, Answer> PassingAnswers => new()
    {
        ["503"] = Answer.Bad(503, 14),
        ["503 with Retry-After"] = Answer.Bad(503, 14) with { RetryAfter = "2" },
        ["503 with a senseless Retry-After"] = Answer.Bad(503, 14) with { RetryAfter = "-99999999999999999999" },
        ["429"] = Answer.Bad(429, 14),
        ["502"] = Answer.Bad(502, 1),
        ["504"] = Answer.Bad(504, 4),
        ["aborted"] = Answer.Bad(504, 10),
        ["out of range"] = Answer.Bad(504, 11),
        ["data loss"] = Answer.Bad(504, 15),
        ["unauthenticated"] = Answer.Bad(401, 0),
        ["forbidden"] = Answer.Bad(403, 0),
        ["unauthenticated by gRPC"] = Answer.Bad(503, 16) with { Status = 200, Code = 16 },
        ["RetryInfo"] = Answer.Bad(503, 8) with { Status = 200, Details = RetryInfo(3) },
        ["reset"] = new Answer { Keeps = false, Aborts = true },
        ["hangs"] = new Answer { Keeps = false, Hangs = true },
    };

    private static byte[] RetryInfo(ulong seconds)
    {
        var writer = new ProtobufWriter();
        writer.WriteVarint(1, 8);
        OpenMessage any = writer.BeginMessage(3);
        writer.WriteString(1, "type.googleapis.com/google.rpc.RetryInfo");
        OpenMessage info = writer.BeginMessage(2), delay = writer.BeginMessage(1);
        writer.WriteVarint(1, seconds);
        writer.EndMessage(delay);
        writer.EndMessage(info);
        writer.EndMessage(any);
        return writer.Written.ToArray();
    }

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task What_passes_costs_nothing(string what, bool grpc)
    {
        Answer answer = PassingAnswers[what];
        // Trailers are of answers that HTTP finds good.
        if (grpc && answer.Code != 0) answer = answer with { Status = 200 };
        if (!grpc && answer is { Status: 200, Aborts: false, Hangs: false }) answer = answer with { Status = 503 };
        await using TestReceiver receiver = await TestReceiver.Start(grpc);
        receiver.AnswerFirst(answer, answer, answer);
        await using var sender = new SenderFixture(receiver.Endpoint with { Timeout = TimeSpan.FromSeconds(20) });
        for (int i = 0; i < 5; i++) sender.Add($"{i}");
        await sender.Idle();
        Assert.Equal(["0", "1", "2", "3", "4"], receiver.KeptNames);
        Assert.Equal(8, receiver.Seen.Count);
        Assert.Equal(5, sender.Sent);
        Assert.Equal(0, sender.AllDropped);
        // Once that it fails, once that it is well.
        Assert.Single(sender.Log.Lines, line => line.Contains("can't be sent", StringComparison.Ordinal));
        Assert.Single(sender.Log.Lines, line => line.Contains("are sent to", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lost_response_is_the_only_reason_to_come_twice(bool grpc)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc);
        receiver.AnswerFirst(Answer.Good, new Answer { Aborts = true });
        await using var sender = new SenderFixture(receiver.Endpoint);
        for (int i = 0; i < 4; i++) sender.Add($"{i}");
        await sender.Idle();
        Assert.Equal(["0", "1", "1", "2", "3"], receiver.KeptNames);
        Assert.Equal(4, sender.Sent);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_after_its_status_is_an_answer()
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: false);
        receiver.AnswerFirst(new Answer { AbortsInTheMiddle = true });
        await using var sender = new SenderFixture(receiver.Endpoint);
        sender.Add("0");
        sender.Add("1");
        await sender.Idle();
        Assert.Equal(["0", "1"], receiver.KeptNames);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_receiver_that_is_not_there_gets_all_when_it_comes(bool grpc)
    {
        int port;
        await using (TestReceiver once = await TestReceiver.Start(grpc)) port = once.Address.Port;
        var endpoint = new OtlpEndpoint { Address = new Uri($"http://127.0.0.1:{port}"), Protocol = grpc ? OtlpProtocol.Grpc : OtlpProtocol.HttpProtobuf };
        await using var sender = new SenderFixture(endpoint);
        for (int i = 0; i < 10; i++) sender.Add($"{i}");
        await ProcessArsenal.Tests.Eventually.True("it is noticed", () => !sender.Log.Lines.IsEmpty);
        Assert.Equal(10, sender.Waiting.Items);
        Assert.Equal(10, sender.Files.Length);
        await using TestReceiver receiver = await TestReceiver.Start(grpc, port);
        await sender.Idle();
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), receiver.KeptNames);
        Assert.Equal(0, sender.AllDropped);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_refused_is_dropped_and_what_comes_after_is_sent(bool grpc)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc);
        receiver.AnswerFirst(Answer.Bad(grpc ? 200 : 400, 3, "bad span"), Answer.Bad(grpc ? 200 : 404, 12), Answer.Bad(grpc ? 200 : 302, 8, "quota"), Answer.Bad(grpc ? 200 : 500, 13));
        await using var sender = new SenderFixture(receiver.Endpoint);
        for (int i = 0; i < 6; i++) sender.Add($"{i}");
        await sender.Idle();
        Assert.Equal(["4", "5"], receiver.KeptNames);
        Assert.Equal(6, receiver.Seen.Count);
        Assert.Equal(4, sender.Dropped(DropReason.Refused));
        Assert.Equal(2, sender.Sent);
        Assert.Contains("bad span", Assert.Single(sender.Log.Lines, line => line.Contains("refused", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_rejected_is_counted(bool grpc)
    {
        var partial = new ProtobufWriter();
        OpenMessage message = partial.BeginMessage(1);
        partial.WriteVarint(1, 2);
        partial.WriteString(2, "too old");
        partial.EndMessage(message);
        await using TestReceiver receiver = await TestReceiver.Start(grpc);
        receiver.AnswerFirst(new Answer { Body = partial.Written.ToArray() });
        await using var sender = new SenderFixture(receiver.Endpoint);
        sender.Add("a", "b", "c");
        sender.Add("d");
        await sender.Idle();
        Assert.Equal(2, receiver.Seen.Count);
        Assert.Equal(2, sender.Dropped(DropReason.Rejected));
        Assert.Equal(2, sender.Sent);
        Assert.Contains(sender.Log.Lines, line => line.Contains("too old", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, true, 200, 8, "grpc: received message larger than max (9 vs. 4)")]
    [InlineData(true, true, 200, 8, "gRPC message exceeds maximum size 4: 9")]
    [InlineData(true, false, 200, 11, "Error, decoded message length too large: found 9 bytes, the limit is: 4 bytes")]
    [InlineData(true, false, 413)] // a proxy before a receiver of gRPC
    [InlineData(false, false, 413)]
    [InlineData(false, true, 413)]
    public async Task What_is_too_large_is_sent_in_parts(bool grpc, bool gzip, int status, int code = 0, string said = "")
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc);
        receiver.Decide = received => TestRequests.Names(received.Body) is { Count: <= 3 } names && !names.Contains("giant") ? Answer.Good
            : Answer.Bad(status, code, said);
        await using var sender = new SenderFixture(receiver.Endpoint with { Gzip = gzip });
        sender.Add([.. Enumerable.Range(0, 10).Select(i => $"{i}"), "giant", .. Enumerable.Range(10, 10).Select(i => $"{i}")]);
        sender.Add("last");
        await sender.Idle();
        Assert.Equal([.. Enumerable.Range(0, 20).Select(i => $"{i}"), "last"], receiver.KeptNames);
        Assert.Equal(21, sender.Sent);
        Assert.Equal(1, sender.Dropped(DropReason.TooLarge));
        Assert.Equal(1, sender.AllDropped);
        Assert.Empty(sender.Files);
    }

    [Fact]
    public async Task A_quota_is_not_a_size_and_is_not_tried_in_parts()
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: true);
        receiver.AnswerFirst(Answer.Bad(200, 8, "quota exceeded: too many messages"));
        await using var sender = new SenderFixture(receiver.Endpoint);
        sender.Add("1", "2", "3");
        await sender.Idle();
        Assert.Single(receiver.Seen);
        Assert.Equal(3, sender.Dropped(DropReason.Refused));
    }

    /// <summary>Who answers with a message has taken the request, whatever the message is.</summary>
    [Theory]
    [InlineData(2 << 20, null)]
    [InlineData(3, "zstd")]
    [InlineData(null, null)]
    public async Task An_answer_that_can_t_be_read_is_one(int? length, string? encoding)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: true);
        receiver.Decide = _ => new Answer { Body = length is { } bytes ? new byte[bytes] : null, Encoding = encoding };
        await using var sender = new SenderFixture(receiver.Endpoint);
        sender.Add("1", "2", "3");
        await sender.Idle();
        Assert.Single(receiver.Seen);
        Assert.Equal((3, 0), (sender.Sent, sender.AllDropped));
    }

    /// <summary>As a portal that wants a password first, or another program on that port.</summary>
    [Theory]
    [InlineData("text/html")]
    [InlineData("Text/HTML; charset=utf-8")]
    [InlineData("text/plain")]
    [InlineData("")]
    public async Task A_page_of_text_has_taken_nothing(string kind)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: false);
        receiver.AnswerFirst(new Answer { Keeps = false, Text = "<html>Welcome", ContentType = kind });
        await using var sender = new SenderFixture(receiver.Endpoint);
        sender.Add("1");
        await sender.Idle();
        Assert.Equal(2, receiver.Seen.Count);
        Assert.Equal(["1"], receiver.KeptNames);
        Assert.Equal(1, sender.Sent);
        Assert.Contains(sender.Log.Lines, line => line.Contains("no receiver of OTLP", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}""", 2)]
    [InlineData("""{"partialSuccess":{"rejectedSpans":2,"errorMessage":"too old"},"more":[1]}""", 2)]
    [InlineData("""{"partialSuccess":{"rejectedSpans":0,"errorMessage":"too old"}}""", 0)] // a warning
    [InlineData("""{"partialSuccess":{"rejectedSpans":"-9223372036854775808","errorMessage":["too old"]}}""", 0)]
    [InlineData("""{"partialSuccess":{"rejectedSpans":99999999999,"errorMessage":"too old"}}""", 3)] // of three
    [InlineData("""{"partial_success":{"rejected_spans":"1","error_message":"too old"}}""", 1)] // names of the .proto file, which may be written too
    [InlineData("\uFEFF{\"partialSuccess\":{\"rejectedSpans\":1,\"errorMessage\":\"too old\"}}", 1)]
    public async Task An_answer_in_JSON_is_one(string answer, long rejected)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: false);
        receiver.AnswerFirst(new Answer { Text = answer, ContentType = "Application/JSON" });
        await using var sender = new SenderFixture(receiver.Endpoint);
        sender.Add("a", "b", "c");
        await sender.Idle();
        Assert.Equal((rejected, 3 - rejected), (sender.Dropped(DropReason.Rejected), sender.Sent));
        Assert.Contains("too old", Assert.Single(sender.Log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"partialSuccess":null}""")]
    [InlineData("")]
    public async Task An_answer_in_JSON_that_tells_nothing_is_one_too(string answer)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: false);
        receiver.AnswerFirst(new Answer { Text = answer, ContentType = "application/json" });
        await using var sender = new SenderFixture(receiver.Endpoint);
        sender.Add("a");
        await sender.Idle();
        Assert.Equal((1, 0, 0), (sender.Sent, sender.AllDropped, sender.Log.Lines.Count));
    }

    [Theory]
    [InlineData("application/json", """{"partialSuccess":{"rejected""")]
    [InlineData("application/x-protobuf", "\n\u007Ftoo little")]
    public async Task An_answer_that_breaks_off_is_told(string kind, string answer)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: false);
        receiver.AnswerFirst(new Answer { Text = answer, ContentType = kind });
        await using var sender = new SenderFixture(receiver.Endpoint);
        sender.Add("a");
        await sender.Idle();
        Assert.Equal((1, 0), (sender.Sent, sender.AllDropped));
        Assert.EndsWith("has taken them, and says: an answer that makes no sense, or breaks off: it may have taken only a part", Assert.Single(sender.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_reason_is_said_though_it_has_failed_for_long()
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: false);
        bool isFull = false;
        receiver.Decide = _ => Answer.Bad(503, 0, Volatile.Read(ref isFull) ? "the disk is full" : "be back soon");
        await using var sender = new SenderFixture(receiver.Endpoint, times: 500);
        sender.Add("0");
        await ProcessArsenal.Tests.Eventually.True("it is tried", () => receiver.Seen.Count >= 3);
        Assert.Single(sender.Log.Lines);
        Volatile.Write(ref isFull, true);
        await ProcessArsenal.Tests.Eventually.True("it is said", () => sender.Log.Lines.Any(static line => line.Contains("still", StringComparison.Ordinal) && line.Contains("disk is full", StringComparison.Ordinal)));
    }

    /// <summary>As with too many open files: it is there, and whole.</summary>
    [Fact]
    public async Task A_file_that_can_t_be_read_for_a_while_is_sent_after_it()
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: false);
        bool isAway = true;
        receiver.Decide = _ => Volatile.Read(ref isAway) ? Answer.Bad(503, 0) : Answer.Good;
        await using var sender = new SenderFixture(receiver.Endpoint);
        sender.Add("0");
        sender.Add("1");
        await ProcessArsenal.Tests.Eventually.True("it is tried", () => !receiver.Seen.IsEmpty);
        string second = sender.Files[1], aside = Path.Join(sender.Directory, "aside");
        File.Move(second, aside);
        Directory.CreateDirectory(second); // EISDIR, as root may read all files
        Volatile.Write(ref isAway, false);
        await ProcessArsenal.Tests.Eventually.True("it is said", () => sender.Log.Lines.Any(static line => line.Contains("a file of the spool can't be read", StringComparison.Ordinal)));
        Assert.Equal((1, 0), (sender.Waiting.Items, sender.AllDropped));
        Directory.Delete(second);
        File.Move(aside, second);
        await sender.Idle();
        Assert.Equal(["0", "1"], receiver.KeptNames);
        Assert.Equal((2, 0), (sender.Sent, sender.AllDropped));
    }

    /// <summary>To open it would wait for who writes.</summary>
    [Fact]
    public async Task A_pipe_for_a_file_of_headers_holds_nobody_up()
    {
        string file = Path.Join(Directory.CreateTempSubdirectory("headers-").FullName, "headers");
        using (var make = System.Diagnostics.Process.Start("mkfifo", file)) await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        await using TestReceiver receiver = await TestReceiver.Start(grpc: true);
        await using var sender = new SenderFixture(receiver.Endpoint with { HeadersFile = file });
        sender.Add("0");
        await ProcessArsenal.Tests.Eventually.True("it is said", () => sender.Log.Lines.Any(static line => line.Contains("can't be sent", StringComparison.Ordinal)));
        Assert.EndsWith($"there are no headers: {file}: it is empty, or no regular file.", Assert.Single(sender.Log.Lines), StringComparison.Ordinal);
        Assert.Empty(receiver.Seen);
        File.Delete(file);
        await File.WriteAllTextAsync(file, "Authorization: Bearer one\n", TestContext.Current.CancellationToken);
        await sender.Idle();
        Assert.Equal("Bearer one", Assert.Single(receiver.Seen).Headers["authorization"]);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(true, 170)] // the answer is cut within the token
    [InlineData(false, 170)]
    [InlineData(true, -770)] // blanks, which go after the cut
    [InlineData(false, -770)]
    public async Task A_receiver_that_echoes_our_headers_does_not_bring_them_into_the_log(bool grpc, int before)
    {
        const string Token = "abcdefghijklmnopqrstuvwxyz0123456789";
        await using TestReceiver receiver = await TestReceiver.Start(grpc);
        receiver.Decide = received => Answer.Bad(grpc ? 200 : 400, 3, $"{new string(before < 0 ? ' ' : 'x', Math.Abs(before))} no such key: {received.Headers["authorization"]["Bearer ".Length..]}, of {received.Headers["x-team"]}");
        await using var sender = new SenderFixture(receiver.Endpoint with { Headers = [new("authorization", "Bearer " + Token), new("x-team", "the a-team")] });
        sender.Add("0");
        await sender.Idle();
        string line = Assert.Single(sender.Log.Lines);
        Assert.Contains("no such key: ***", line, StringComparison.Ordinal);
        Assert.DoesNotContain(Token[..5], line, StringComparison.Ordinal);
        Assert.DoesNotContain("a-team", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bearer hush/hush+hush", """{"error":"no key hush\/hush\u002bhush"}""")]
    [InlineData("Bearer hush&hush", "no key hush&amp;hush")]
    [InlineData("Bearer hush hush", "no key hush%20hush")]
    [InlineData("ApiKey hush", "no key hush")] // short, but a token
    [InlineData("Basic bWU6aHVzaC1odXNo", "me may not come with hush-hush")]
    [InlineData("Bearer hush-hush-hush-4711", "no key hush-\nhush-hush-4711")] // lines are wrapped
    [InlineData("Bearer hush-hush-hush-4711", "no key ends in hush-4711")]
    [InlineData("Bearer hush-hush-hush-4711", "no key h.u.s.h h.u.s.h")]
    public async Task Nor_one_that_writes_them_in_another_way(string header, string echo)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: false);
        receiver.AnswerFirst(Answer.Bad(401, 0, echo));
        await using var sender = new SenderFixture(receiver.Endpoint with { Headers = [new("authorization", header)] });
        sender.Add("0");
        await sender.Idle();
        Assert.Contains(sender.Log.Lines, line => line.Contains("HTTP 401: ", StringComparison.Ordinal));
        Assert.All(sender.Log.Lines, line => Assert.DoesNotContain("hush", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("no key Zm9yIG1lOmh1c2gtaHVzaC1odXNoLTQ3MTE=", "1c2gt")] // base64 of it after something else
    [InlineData("no key 687573682d687573682d", "6875")]
    [InlineData("no key HUSH-HUSH-HUSH-4711", "HUSH")]
    [InlineData("no key \\u0068ush-hush\\u002dhush", "ush-hush")]
    public async Task Nor_in_other_letters(string echo, string part)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: false);
        receiver.AnswerFirst(Answer.Bad(400, 0, echo));
        await using var sender = new SenderFixture(receiver.Endpoint with { Headers = [new("authorization", "Bearer hush-hush-hush-4711")] });
        sender.Add("0");
        await sender.Idle();
        string line = Assert.Single(sender.Log.Lines);
        Assert.EndsWith("HTTP 400: its answer has our headers in it, and is not shown", line, StringComparison.Ordinal);
        Assert.DoesNotContain(part, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nor_one_that_tells_a_token_that_was_renewed()
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: false);
        string file = Path.Join(Directory.CreateTempSubdirectory("otlp-").FullName, "headers");
        await File.WriteAllTextAsync(file, "Authorization: Bearer old-token-12345\n", TestContext.Current.CancellationToken);
        await using var sender = new SenderFixture(receiver.Endpoint with { HeadersFile = file });
        sender.Add("0");
        await sender.Idle();
        await File.WriteAllTextAsync(file, "Authorization: Bearer another-token-678\n", TestContext.Current.CancellationToken);
        receiver.AnswerFirst(Answer.Bad(400, 0, "revoked: old-token-12345"));
        sender.Add("1");
        await sender.Idle();
        Assert.Contains(sender.Log.Lines, static line => line.EndsWith("HTTP 400: revoked: ***", StringComparison.Ordinal));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    /// <summary>As a host that went away, or a listener that is stuck: the kernel takes the connection, and nobody speaks.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_that_never_speaks_is_given_up_for_a_new_connection(bool grpc)
    {
        var mute = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        mute.Start();
        int port = ((System.Net.IPEndPoint)mute.LocalEndpoint).Port;
        var endpoint = new OtlpEndpoint
        {
            Address = new Uri($"http://127.0.0.1:{port}"),
            Protocol = grpc ? OtlpProtocol.Grpc : OtlpProtocol.HttpProtobuf,
            Timeout = TimeSpan.FromSeconds(20),
        };
        await using var sender = new SenderFixture(endpoint);
        sender.Add("0");
        await ProcessArsenal.Tests.Eventually.True("it is said", () => !sender.Log.Lines.IsEmpty);
        Assert.Contains("no answer within 20 s", Assert.Single(sender.Log.Lines), StringComparison.Ordinal);
        mute.Dispose();
        await using TestReceiver receiver = await TestReceiver.Start(grpc, port);
        await sender.Idle();
        Assert.Contains("0", receiver.KeptNames);
        Assert.Equal(1, sender.Sent);
    }

    [Fact]
    public async Task A_new_token_in_the_file_is_used()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "Authorization: Bearer old\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await using TestReceiver receiver = await TestReceiver.Start(grpc: true);
        receiver.Decide = received => received.Headers["authorization"] == "Bearer newer" ? Answer.Good : Answer.Bad(200, 16);
        await using var sender = new SenderFixture(receiver.Endpoint with { HeadersFile = file });
        sender.Add("0");
        await ProcessArsenal.Tests.Eventually.True("it is tried", () => !receiver.Seen.IsEmpty);
        File.WriteAllText(file, "# renewed\nAuthorization: Bearer newer\n");
        await sender.Idle();
        Assert.Equal(["0"], receiver.KeptNames);
        Assert.Single(sender.Log.Lines, line => line.Contains("chmod 600", StringComparison.Ordinal));
        Assert.DoesNotContain(sender.Log.Lines, line => line.Contains("Bearer", StringComparison.Ordinal));
        File.Delete(file);
    }

    [Fact]
    public void A_file_of_headers_with_a_wrong_line_changes_nothing()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "Authorization: Bearer one\nX-Scope-OrgID: team\n");
            var headers = new RequestHeaders(new OtlpEndpoint { Address = new Uri("http://127.0.0.1:1"), HeadersFile = file }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
            string[] good = [.. headers.Current(out _).Select(static header => $"{header.Key}: {header.Value}")];
            Assert.Equal(2, good.Length);
            File.WriteAllText(file, "Authorization Bearer two\nX-Scope-OrgID: another\n");
            Assert.Equal(good, headers.Current(out _).Select(static header => $"{header.Key}: {header.Value}"));
            File.WriteAllText(file, "Authorization: Bearer three\nX-Scope-OrgID: another one\n");
            Assert.Equal("Bearer three", headers.Current(out _)[0].Value);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_wrong_with_a_file_of_headers_is_said_once_for_all_who_read_it(bool exists)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "Authorization: Bearer one\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        if (!exists) File.Delete(file);
        var nobody = new OtlpEndpoint { Address = new Uri("http://127.0.0.1:1"), HeadersFile = file };
        await using var sender = new SenderFixture(nobody, change: options => options with { Metrics = nobody });
        sender.Add("0");
        sender.Sender.Enqueue(OtlpSignal.Metrics, [0], 1);
        await ProcessArsenal.Tests.Eventually.True("both are tried", () => sender.Log.Lines.Count(line => line.Contains("127.0.0.1", StringComparison.Ordinal)) >= 2, () => string.Join("; ", sender.Log.Lines));
        Assert.Single(sender.Log.Lines, line => line.Contains(file, StringComparison.Ordinal));
        File.Delete(file);
    }

    [Fact]
    public async Task What_waits_at_the_end_is_sent_after_the_next_start()
    {
        string directory = Directory.CreateTempSubdirectory("otlp-").FullName;
        await using TestReceiver receiver = await TestReceiver.Start(grpc: true);
        receiver.Decide = _ => Answer.Bad(200, 14);
        await using (var first = new SenderFixture(receiver.Endpoint, directory))
        {
            for (int i = 0; i < 5; i++) first.Add($"{i}");
            await first.Stop();
            Assert.Equal(0, first.AllDropped);
        }
        receiver.Decide = _ => Answer.Good;
        await using (var second = new SenderFixture(receiver.Endpoint with { Gzip = false }, directory))
        {
            second.Add("5");
            await second.Idle();
            Assert.Equal(6, second.Sent);
        }
        Assert.Equal(["0", "1", "2", "3", "4", "5"], receiver.KeptNames);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task The_end_waits_for_a_hung_receiver_no_longer_than_two_seconds_and_sends_what_it_can()
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: false);
        receiver.Decide = _ => new Answer { Keeps = false, Hangs = true };
        await using var sender = new SenderFixture(receiver.Endpoint with { Timeout = TimeSpan.FromMinutes(10) }, times: 1);
        sender.Add("0");
        await ProcessArsenal.Tests.Eventually.True("it is tried", () => !receiver.Seen.IsEmpty);
        long start = TimeProvider.System.GetTimestamp();
        await sender.Stop();
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 1.5, 5);
        Assert.Equal(1, sender.Waiting.Items);

        receiver.Decide = _ => Answer.Good;
        await using var quick = new SenderFixture(receiver.Endpoint, times: 1);
        for (int i = 0; i < 50; i++) quick.Add($"{i}");
        await quick.Stop();
        Assert.Equal(50, quick.Sent);
    }
}

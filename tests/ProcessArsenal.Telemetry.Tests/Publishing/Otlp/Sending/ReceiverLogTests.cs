using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Sending;

public sealed class ReceiverLogTests
{
    private static readonly SendOutcome Good = new(SendResult.Accepted), Bad = new(SendResult.Retry, "HTTP 503");

    private readonly FakeTimeProvider _time = new();
    private readonly ListLogger _lines = new();
    private readonly ReceiverLog _log;

    public ReceiverLogTests() => _log = new ReceiverLog(OtlpSignal.Traces, new OtlpEndpoint { Address = new Uri("http://h:4318") }, _time, _lines);

    [Fact]
    public void A_receiver_that_flaps_is_told_of_once_a_minute()
    {
        for (int i = 0; i < 600; i++) Try(i % 2 == 0 ? Bad : Good);
        Assert.InRange(_lines.Lines.Count, 18, 20); // ten minutes, and each time that it went and came
        Assert.All(_lines.Lines.Where((_, i) => i % 2 == 0), line => Assert.Contains("can't be sent", line, StringComparison.Ordinal));
        Assert.All(_lines.Lines.Where((_, i) => i % 2 == 1), line => Assert.Contains("again", line, StringComparison.Ordinal));
    }

    [Fact]
    public void One_that_stays_away_soon_after_it_came_back_is_told_of_within_a_minute()
    {
        Try(Bad);
        Try(Good);
        for (int i = 0; i < 61; i++) Try(Bad);
        Assert.Equal(3, _lines.Lines.Count);
        Try(Good);
        Assert.Contains("after 61 s", _lines.Lines.Last(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP 504", 2)]
    [InlineData("HTTP 503: 12 s", 2)]
    [InlineData("gRPC Unavailable: 12 s", 2)]
    public void Another_status_is_another_reason(string other, int lines)
    {
        Try(Bad);
        for (int i = 0; i < 120; i++) Try(Bad with { Message = other });
        Assert.Equal(lines, _lines.Lines.Count);
    }

    [Fact]
    public void Times_in_it_are_not()
    {
        for (int i = 0; i < 120; i++) Try(Bad with { Message = $"HTTP 503: back in {i} s" });
        Assert.Single(_lines.Lines);
    }

    [Theory]
    [InlineData(3600, "HTTP 429 (it asks to be let alone for 3600 s; it is tried again after 300)")]
    [InlineData(20, "HTTP 429")]
    public void That_one_asks_to_be_let_alone_for_long_is_said(int seconds, string said)
    {
        Try(new SendOutcome(SendResult.Retry, "HTTP 429", RetryAfter: TimeSpan.FromSeconds(seconds)));
        Assert.EndsWith($"and wait: {said}", Assert.Single(_lines.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SendResult.Refused)]
    [InlineData(SendResult.TooLarge)]
    internal void Only_what_is_taken_says_that_it_is_back(SendResult result)
    {
        Try(Bad);
        Try(new SendOutcome(result, "HTTP 404"));
        Assert.Single(_lines.Lines);
        Try(Good);
        Assert.Contains("again, after 2 s", _lines.Lines.Last(), StringComparison.Ordinal);
    }

    private void Try(SendOutcome outcome)
    {
        _log.Tried(outcome, default);
        _time.Advance(TimeSpan.FromSeconds(1));
    }
}

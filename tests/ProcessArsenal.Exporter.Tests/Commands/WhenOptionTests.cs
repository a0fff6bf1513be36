using CsCheck;
using ProcessArsenal.Exporter.Commands;

namespace ProcessArsenal.Exporter.Tests.Commands;

/// <summary>Times as people name them at night.</summary>
public sealed class WhenOptionTests
{
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(2), "test", "test");

    /// <summary>Half past one at night, there.</summary>
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 23, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("01:12", "2026-01-01T23:12:00Z")]
    [InlineData("03:12", "2026-01-01T01:12:00Z")] // It was that yesterday last.
    [InlineData("01:29:59", "2026-01-01T23:29:59Z")]
    [InlineData("2h", "2026-01-01T21:30:00Z")]
    [InlineData("90s", "2026-01-01T23:28:30Z")]
    [InlineData("2025-12-31 03:12", "2025-12-31T01:12:00Z")]
    [InlineData("2025-12-31T03:12", "2025-12-31T01:12:00Z")]
    [InlineData("2025-12-31", "2025-12-30T22:00:00Z")]
    [InlineData("2025-12-31T03:12:04Z", "2025-12-31T03:12:04Z")]
    [InlineData("2025-12-31T03:12:04.5+01:00", "2025-12-31T02:12:04.5Z")]
    public void It_is_the_last_time_that_it_was(string text, string expected) => Assert.Equal(expected, WhenOption.Text(WhenOption.Parse(text, Now, Zone)!.Value));

    [Theory]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("25:00")]
    [InlineData("03:60")]
    [InlineData("yesterday")]
    [InlineData("2026-13-01")]
    [InlineData("0001-01-01")]
    [InlineData("99999999d")]
    public void What_is_none_is_none(string text) => Assert.Null(WhenOption.Parse(text, Now, Zone));

    [Fact]
    public void Whatever_is_written_is_a_time_or_none() => Gen.OneOf(Gen.String, Gen.String[Gen.Char["0123456789:-TZ hmsd."], 0, 30]).Sample(text =>
    {
        if (WhenOption.Parse(text, Now, Zone) is { } when) Assert.NotEmpty(WhenOption.Text(when));
    });
}

using System.Text.Json;
using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Exporter.Api;

namespace ProcessArsenal.Exporter.Tests.Api;

/// <summary>A message of Alertmanager that is only asked about.</summary>
public sealed class AskedAlertTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"status":"firing","labels":{"instance":"localhost:9464"},"startsAt":"2026-01-01T11:59:00Z"}""", null)]
    [InlineData("""{"labels":{"instance":"localhost:9464"}}""", null)]
    [InlineData("""{"status":"resolved","labels":{"instance":"localhost:9464"},"startsAt":"2026-01-01T11:59:00Z"}""", "it is resolved")]
    [InlineData("""{"status":"firing","labels":{"instance":"web-9:9464"},"startsAt":"2026-01-01T11:59:00Z"}""", "it is not for this host: its label instance")]
    [InlineData("""{"status":"firing","labels":{"instance":"localhost:9464"},"startsAt":"2026-01-01T11:00:00Z"}""", "it began at 2026-01-01 11:00:00Z, more than 900 s ago")]
    [InlineData("""{"status":7,"labels":{"instance":"localhost:9464"},"startsAt":"yesterday"}""", null)]
    public void What_nothing_would_follow_from_is_said(string alert, string? why)
    {
        var asked = (IReadOnlyList<AskedAlert>)ExplainBody.Payload.Read(JsonDocument.Parse($$"""{"alerts":[{{alert}}]}""").RootElement);
        string? said = Assert.Single(asked).WhyNothing(new AlertOptions(), Now);
        if (why is null) Assert.Null(said);
        else Assert.StartsWith(why, said, StringComparison.Ordinal);
    }
}

using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Tests.Alerting;

public sealed class DeliveryVerifierTests
{
    [Theory]
    [InlineData("UPDATE delivery SET content = replace(content, 'accepted', 'stale') WHERE id = 3", AuditFinding.Changed)]
    [InlineData("UPDATE delivery SET received = received + 1 WHERE id = 7", AuditFinding.Changed)]
    [InlineData("DELETE FROM delivery WHERE id = 5", AuditFinding.Missing)]
    [InlineData("DELETE FROM delivery WHERE id > 5", AuditFinding.Missing)]
    [InlineData("SELECT 1", AuditFinding.Whole)]
    public async Task What_somebody_does_to_deliveries_is_found(string sql, AuditFinding finding)
    {
        await using var place = new IntakePlace();
        for (int i = 0; i < 8; i++)
        {
            await place.ReceiveAsync(place.Alert($"A{i}"));
            if (i % 3 == 0) place.Place.Time.Advance(TimeSpan.FromMinutes(2)); // The next is vouched for.
        }
        place.Place.Sql(sql);
        Assert.Equal(finding, place.Place.Verify().Finding);
    }
}

using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Alerting.Raising;

/// <summary>A pair of real Alertmanagers, in whom we raise an alert, and who deliver it to us.</summary>
public sealed class RealAlertmanagerTests
{
    [Fact]
    public async Task Both_replicas_deliver_one_is_killed_and_there_is_one_incident()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using var place = new IntakePlace(time: TimeProvider.System);
        place.Options = place.Options with { RepeatAfter = TimeSpan.FromSeconds(2) };
        await using var webhook = new WebhookListener(place.Intake);
        string configuration = Path.Join(place.Place.State, "alertmanager.yml");
        await File.WriteAllTextAsync(configuration, $$"""
            route: { receiver: arsenal, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 4s }
            receivers: [ { name: arsenal, webhook_configs: [ { url: "{{webhook.Address}}", send_resolved: true } ] } ]
            """, stop);
        await using AlertmanagerPair pair = await AlertmanagerPair.Start(place.Place.State, configuration, peerTimeout: TimeSpan.FromMilliseconds(1)); // Both deliver.
        await using var client = new AlertmanagerClient(() => pair.Urls, () => new Dictionary<string, string> { ["instance"] = "web-1:9464" }, TimeProvider.System);
        var labels = new Dictionary<string, string> { ["alertname"] = "QueueBacklog", ["group"] = "orders" };

        RaiseResult raised = await client.RaiseAsync(new RaisedAlert(labels, new Dictionary<string, string> { ["summary"] = "more than it can do" }, place.Now.AddMinutes(10)), stop);
        Assert.All(raised.Replicas, replica => Assert.Null(replica.Fault));
        await Eventually.True("both deliver", () => webhook.Receipts.Count >= 2, pair.Log);
        Assert.Equal([AlertVerdict.Accepted, AlertVerdict.Duplicate], webhook.Receipts.Take(2).Select(receipt => receipt.Verdict));
        Assert.All(webhook.Receipts, receipt => Assert.Equal(raised.Fingerprint, receipt.FingerprintText)); // Ours is what Alertmanager itself makes of the labels.
        await Eventually.True("it is told that it goes on", () => place.Sink.Events.Any(one => one.Kind == AlertEventKind.Repeat), pair.Log);

        pair.End(0);
        int before = place.Sink.Events.Count;
        await Eventually.True("the other still tells that it goes on", () => place.Sink.Events.Skip(before).Any(one => one.Kind == AlertEventKind.Repeat), pair.Log);
        RaiseResult? resolved = await client.ResolveAsync(labels, stop);
        Assert.True(resolved!.IsTaken);
        Assert.Equal([false, true], resolved.Replicas.Select(replica => replica.Fault is null));
        await Eventually.True("it is told that it is over", () => place.Sink.Events.Any(one => one.Kind == AlertEventKind.Resolved), pair.Log);

        IReadOnlyList<AlertEvent> events = place.Sink.Events;
        Assert.Single(events.Select(one => one.IncidentId).Distinct());
        Assert.Single(events, one => one.Kind == AlertEventKind.Firing);
        Assert.Equal(AlertEventKind.Resolved, events[^1].Kind);
        Assert.Equal("more than it can do", events[0].Annotations["summary"]);
        Assert.Equal((0, 0), place.Intake.Open);
        Assert.DoesNotContain(webhook.Receipts, receipt => receipt.Verdict is AlertVerdict.NotForUs or AlertVerdict.NoPolicy or AlertVerdict.Stale);
    }
}

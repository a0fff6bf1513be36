using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Alerting;

public sealed class AlertIntakeTests
{
    [Fact]
    public async Task One_incident_of_both_replicas_over_a_restart()
    {
        await using var place = new IntakePlace();
        DateTimeOffset began = place.Now;
        Assert.Equal(["accepted"], await place.ReceiveAsync(place.Alert(starts: began)));
        Assert.Equal(["duplicate"], await place.ReceiveAsync(place.Alert(starts: began.AddSeconds(3))));
        await place.TakenAsync(1);
        await place.RestartAsync();
        Assert.Equal(["duplicate"], await place.ReceiveAsync(place.Alert(starts: began.AddSeconds(-3))));
        place.Place.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["repeat"], await place.ReceiveAsync(place.Alert(starts: began)));
        await place.RestartAsync();
        Assert.Equal(["accepted"], await place.ReceiveAsync(place.Alert(isFiring: false, starts: began, ends: place.Now)));
        await place.RestartAsync();
        Assert.Equal(["duplicate"], await place.ReceiveAsync(place.Alert(isFiring: false, starts: began, ends: place.Now)));
        Assert.Equal(["duplicate"], await place.ReceiveAsync(place.Alert(starts: began)));
        IReadOnlyList<AlertEvent> events = await place.TakenAsync(3);
        Assert.Equal([AlertEventKind.Firing, AlertEventKind.Repeat, AlertEventKind.Resolved], events.Select(one => one.Kind));
        Assert.Single(events.Select(one => one.IncidentId).Distinct());
        Assert.Equal(["1", "4", "5"], events.Select(one => one.DeliveryId));
        Assert.All(events, one => Assert.Equal(("orders", "A of orders"), (one.Labels["group"], one.Annotations["summary"])));
    }

    [Fact]
    public async Task Each_alert_of_a_group_is_judged_by_itself()
    {
        await using var place = new IntakePlace { IsMatched = labels => labels["alertname"] != "Unknown" };
        Assert.Equal(["accepted", "no_policy", "not_for_us", "stale", "duplicate"], await place.ReceiveAsync(
            place.Alert(), place.Alert("Unknown"), place.Alert(instance: "web-2:9464"), place.Alert("Old", starts: place.Now.AddHours(-1)), place.Alert("Gone", isFiring: false)));
        Assert.Equal((1, 2), place.Intake.Open);
        Assert.Single(await place.TakenAsync(1));
    }

    [Fact]
    public async Task The_same_alert_several_times_in_one_delivery_is_one()
    {
        await using var place = new IntakePlace();
        Assert.Equal(["accepted", "duplicate", "accepted", "duplicate", "accepted"], await place.ReceiveAsync(
            place.Alert(), place.Alert(), place.Alert(isFiring: false, ends: place.Now), place.Alert(), place.Alert(starts: place.Now.AddSeconds(1))));
        Assert.Equal(3, (await place.TakenAsync(3)).Count);
        Assert.Equal((1, 0), place.Intake.Open);
    }

    [Fact]
    public async Task A_delivery_that_names_many_instances_says_so()
    {
        await using var place = new IntakePlace();
        DeliveryReceipt receipt = await place.Intake.ReceiveAsync(AlertPayload.Message([.. Enumerable.Range(1, 6).Select(i => place.Alert(instance: $"web-{i}:9464"))]));
        Assert.Equal((6, true, 1), (receipt.InstancesNamed, receipt.IsFleetWide, receipt.Alerts.Count(alert => alert.Verdict == AlertVerdict.Accepted)));
        Assert.Equal(6, (await place.TakenAsync(1))[0].InstancesNamed);
    }

    [Fact]
    public async Task What_is_not_taken_is_offered_again_in_order_and_after_a_restart()
    {
        await using var place = new IntakePlace();
        place.Sink.Room = 2;
        for (int i = 0; i < 600; i++) await place.ReceiveAsync(place.Alert($"A{i}"));
        await place.TakenAsync(2);
        await place.RestartAsync();
        place.Sink.Room = 300;
        await place.TakenAsync(300);
        Assert.Equal(["accepted"], await place.ReceiveAsync(place.Alert("A0", isFiring: false, ends: place.Now)));
        await place.RestartAsync();
        place.Sink.Room = int.MaxValue;
        IReadOnlyList<AlertEvent> events = await place.TakenAsync(601);
        Assert.Equal([.. Enumerable.Range(0, 600).Select(i => $"A{i}"), "A0"], events.Select(one => one.Labels["alertname"]));
        await Eventually.True("none waits any more", () => place.Intake.EventsWaiting == 0);
        await place.RestartAsync();
        Assert.Equal(["duplicate"], await place.ReceiveAsync(place.Alert("A1")));
        Assert.Equal((601, 0L), (place.Sink.Events.Count, place.Intake.EventsWaiting));
    }

    [Fact]
    public async Task What_was_taken_and_came_to_nothing_before_an_end_of_ours_is_offered_again()
    {
        await using var place = new IntakePlace();
        place.Sink.Handles = false;
        await place.ReceiveAsync(place.Alert("A1"), place.Alert("A2"));
        Assert.Equal([1L, 2L], (await place.TakenAsync(2)).Select(one => one.Number));
        Assert.Equal(2, place.Intake.EventsWaiting);
        await place.RestartAsync();
        place.Sink.Handles = true;
        IReadOnlyList<AlertEvent> events = await place.TakenAsync(4);
        Assert.Equal([1L, 2L, 1L, 2L], events.Select(one => one.Number));
        await Eventually.True("none waits any more", () => place.Intake.EventsWaiting == 0);
        await place.RestartAsync();
        await place.ReceiveAsync(place.Alert("A3"));
        Assert.Equal(3L, (await place.TakenAsync(5))[^1].Number); // Never given twice.
    }

    [Fact]
    public async Task Where_there_is_no_room_a_delivery_is_refused_as_a_whole_and_others_are_not()
    {
        await using var place = new IntakePlace();
        place.Options = place.Options with { MostOpen = 3 };
        await place.ReceiveAsync(place.Alert("A1"), place.Alert("A2"));
        Task<string[]> tooMany = place.ReceiveAsync(place.Alert("A3"), place.Alert("A4")), fits = place.ReceiveAsync(place.Alert("A5"));
        Assert.Equal(LedgerFault.Overloaded, (await Assert.ThrowsAsync<LedgerException>(() => tooMany)).Fault);
        Assert.Equal(["accepted"], await fits);
        Assert.Equal(["accepted"], await place.ReceiveAsync(place.Alert("A1", isFiring: false, ends: place.Now)));
        Assert.Equal(["accepted"], await place.ReceiveAsync(place.Alert("A3")));
        place.IsMatched = _ => false;
        for (int i = 0; i < 9; i++) Assert.Equal(["no_policy"], await place.ReceiveAsync(place.Alert($"U{i}"))); // Counted only, once there are too many.
        Assert.Equal((3, 3), place.Intake.Open);
    }

    [Fact]
    public async Task Who_would_wait_too_long_is_told_to_come_again()
    {
        await using var place = new IntakePlace();
        place.Options = place.Options with { MostWaiting = 3 };
        using var hold = new ManualResetEventSlim();
        Task<bool> held = place.Ledger.Write(_ =>
        {
            hold.Wait();
            return true;
        });
        Task[] all = [.. Enumerable.Range(0, 3).Select(i => place.ReceiveAsync(place.Alert($"A{i}")))];
        Assert.Equal(LedgerFault.Overloaded, Assert.Throws<LedgerException>(() => { _ = place.Intake.ReceiveAsync(AlertPayload.Message(place.Alert())); }).Fault);
        hold.Set();
        await held;
        await Task.WhenAll(all);
        Assert.Equal(["accepted"], await place.ReceiveAsync(place.Alert()));
    }

    [Fact]
    public async Task A_disk_that_hangs_is_not_waited_for_and_what_came_of_it_is_known_afterwards()
    {
        await using var place = new IntakePlace();
        using ManualResetEventSlim hold = new(), holds = new();
        Task<bool> held = place.Ledger.Write(_ =>
        {
            holds.Set();
            hold.Wait();
            return true;
        });
        await Eventually.True("the writer is held", () => holds.IsSet);
        Task<string[]> late = place.ReceiveAsync(place.Alert());
        await Eventually.True("it waits for the writer", () => place.Ledger.Waiting > 0);
        await Eventually.True("it is given up", () =>
        {
            place.Place.Time.Advance(TimeSpan.FromSeconds(5));
            return late.IsCompleted;
        });
        Assert.Equal(LedgerFault.TooSlow, (await Assert.ThrowsAsync<LedgerException>(() => late)).Fault);
        hold.Set();
        await Task.WhenAny(held); // It was given up too, or was done just before.
        Assert.Equal(["accepted"], await place.ReceiveAsync(place.Alert())); // It is sent again; nothing came of the first.
        Assert.Single(await place.TakenAsync(1));
    }

    [Fact]
    public async Task What_nobody_speaks_of_any_more_is_over()
    {
        await using var place = new IntakePlace();
        await place.ReceiveAsync(place.Alert());
        place.Place.Time.Advance(TimeSpan.FromHours(121));
        await place.ReceiveAsync(place.Alert("B", starts: place.Now));
        Assert.Equal(["accepted"], await place.ReceiveAsync(place.Alert(starts: place.Now)));
        Assert.Equal((2, 0), place.Intake.Open);
        IReadOnlyList<AlertEvent> events = await place.TakenAsync(3);
        Assert.Equal(3, events.Select(one => one.IncidentId).Distinct().Count());
    }

    [Fact]
    public async Task A_flood_does_not_push_out_what_was_done()
    {
        await using var place = new IntakePlace(new LedgerOptions { MaxRows = 100 });
        place.Options = place.Options with { MostEnded = 20, MostDeliveryBytes = 48 * 1024 };
        Recording action = await place.Ledger.Record(Ledger.LedgerPlace.One());
        await place.Ledger.Close(action.Actions[0].Id, Ledger.LedgerPlace.Done());
        for (int i = 0; i < 600; i++) await place.ReceiveAsync(place.Alert($"A{i % 50}", isFiring: i / 50 % 2 == 0, starts: place.Now, ends: place.Now.AddTicks(1)));
        Assert.NotNull(place.Ledger.Reader.Find(action.Actions[0].Id));
        Assert.InRange(place.Place.Sql<long>("SELECT count(*) FROM incident WHERE ended IS NOT NULL")[0], 0, 20);
        Assert.InRange(place.Place.Sql<long>("SELECT count(*) FROM delivery")[0], 10, 300);
        Assert.InRange(place.Place.Sql<long>("SELECT count(*) FROM audit WHERE kind = 'deliveries'")[0], 1, 10);
        Assert.True(place.Ledger.Verify(cancellation: TestContext.Current.CancellationToken).IsWhole);
    }
}

using CsCheck;
using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Alerting;

/// <summary>What must hold whatever is delivered, in whatever order, and whenever we are restarted.</summary>
public sealed class IncidentHistoryTests
{
    private static readonly string[] Names = ["A", "B", "C"];

    private static readonly int[] Pauses = [1, 20, 130, 1000, 20_000];

    /// <summary>What happens next: 0 to 5 deliver, 6 passes time, 7 restarts, 8 has the sink full or not.</summary>
    private static readonly Gen<(int What, int Name, bool IsFiring, int Seconds)[]> Histories =
        Gen.Select(Gen.Int[0, 8], Gen.Int[0, 2], Gen.Bool, Gen.Int[0, 4].Select(i => Pauses[i])).Array[5, 40];

    [Fact]
    public void An_incident_is_told_to_begin_once_and_to_end_once_and_nothing_is_told_out_of_order() => Histories.Sample(history => CheckAsync(history).GetAwaiter().GetResult(), iter: 25, threads: 1);

    private static async Task CheckAsync((int What, int Name, bool IsFiring, int Seconds)[] history)
    {
        await using var place = new IntakePlace();
        var began = Names.ToDictionary(name => name, _ => place.Now);
        int accepted = 0, repeated = 0;
        foreach ((int what, int name, bool isFiring, int seconds) in history)
        {
            switch (what)
            {
                case 6:
                    place.Place.Time.Advance(TimeSpan.FromSeconds(seconds));
                    break;
                case 7:
                    await place.RestartAsync();
                    break;
                case 8:
                    place.Sink.Room = isFiring ? int.MaxValue : place.Sink.Events.Count;
                    break;
                default:
                    if (isFiring && seconds == 1) began[Names[name]] = place.Now; // It begins anew, by what Prometheus says.
                    string[] verdicts = await place.ReceiveAsync(place.Alert(Names[name], isFiring, began[Names[name]].AddSeconds(what - 2), isFiring ? null : place.Now));
                    accepted += verdicts.Count(verdict => verdict == "accepted");
                    repeated += verdicts.Count(verdict => verdict == "repeat");
                    break;
            }
        }
        place.Sink.Room = int.MaxValue;
        // What was taken may be offered once more, if we end before that is noted.
        AlertEvent[] events = [];
        await Eventually.True("all are taken", () =>
        {
            place.Place.Time.Advance(TimeSpan.FromMilliseconds(100));
            events = [.. place.Sink.Events.DistinctBy(one => (one.IncidentId, one.Kind, one.DeliveryId))];
            return events.Length >= accepted + repeated;
        });
        Assert.Equal(accepted + repeated, events.Length);
        foreach (IGrouping<string, AlertEvent> incident in events.GroupBy(one => one.IncidentId))
        {
            AlertEventKind[] kinds = [.. incident.Select(one => one.Kind)];
            Assert.Equal(AlertEventKind.Firing, kinds[0]);
            Assert.Single(kinds, AlertEventKind.Firing);
            Assert.True(kinds.Count(kind => kind == AlertEventKind.Resolved) == (kinds[^1] == AlertEventKind.Resolved ? 1 : 0));
            Assert.Single(incident.Select(one => one.Fingerprint).Distinct());
        }
        foreach (IGrouping<string, AlertEvent> alert in events.GroupBy(one => one.Fingerprint))
        {
            // The next begins only after the one before has ended.
            int open = 0;
            foreach (AlertEvent one in alert) open = one.Kind switch { AlertEventKind.Firing => open + 1, AlertEventKind.Resolved => open - 1, _ => open };
            Assert.InRange(open, 0, 1);
        }
        Assert.True(place.Ledger.Verify(cancellation: TestContext.Current.CancellationToken).IsWhole);
    }
}

using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Tests.Ledger;

/// <summary>How long an action has to wait until its intent is on the disk: on the disk of the temporary directory (TMPDIR), with what else runs there.</summary>
public sealed class LedgerLatencyTests : IDisposable
{
    private const int Count = 2000, First = 100;

    private readonly LedgerPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task An_intent_is_soon_on_the_disk()
    {
        using ActionLedger ledger = ActionLedger.Open(_place.State, new LedgerOptions(), TimeProvider.System);
        double[] milliseconds = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            IntentBatch batch = LedgerPlace.One(LedgerPlace.Intent(policy: "p"), key: $"k{i}") with { Changes = [new StateChange("cooldown/p", $"{i}")] };
            long begin = TimeProvider.System.GetTimestamp();
            long id = (await ledger.Record(batch)).Actions[0].Id;
            milliseconds[i] = TimeProvider.System.GetElapsedTime(begin).TotalMilliseconds;
            Assert.True(await ledger.Close(id, LedgerPlace.Done()));
        }
        // Some 70 MB went through the log, which is carried over beside: so it begins anew each time.
        Assert.InRange(new FileInfo(_place.Database + "-wal").Length, 1, 2 * LedgerDatabase.LogBytes);
        string said = $"an intent with a change of state, durable: the first {First} after a start {Said(milliseconds[..First])}; {Count} in a row {Said(milliseconds)}";
        TestContext.Current.TestOutputHelper!.WriteLine(said);
        Assert.True(milliseconds.Order().ElementAt(Count / 2) < 500, said);
    }

    private static string Said(double[] milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return FormattableString.Invariant($"median {sorted[sorted.Length / 2]:F2} ms, p99 {sorted[sorted.Length * 99 / 100]:F2} ms, longest {sorted[^1]:F2} ms");
    }
}

using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Tests.Ledger;

/// <summary>How long an action has to wait until its intent is on the disk: on the disk of the temporary directory (TMPDIR), with what else runs there.</summary>
public sealed class LedgerLatencyTests : IDisposable
{
    private const int Count = 2000;

    private readonly LedgerPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task An_intent_is_soon_on_the_disk()
    {
        using ActionLedger ledger = ActionLedger.Open(_place.State, new LedgerOptions(), TimeProvider.System);
        double[] milliseconds = new double[Count], floor = new double[Count];
        for (int i = -100; i < Count; i++)
        {
            IntentBatch batch = LedgerPlace.One(LedgerPlace.Intent(policy: "p"), key: $"k{i}") with { Changes = [new StateChange("cooldown/p", $"{i}")] };
            long begin = TimeProvider.System.GetTimestamp();
            long id = (await ledger.Record(batch)).Actions[0].Id;
            if (i >= 0) milliseconds[i] = TimeProvider.System.GetElapsedTime(begin).TotalMilliseconds;
            Assert.True(await ledger.Close(id, LedgerPlace.Done()));
        }
        // What the disk takes for the same alone: 12 KiB written behind one another and synced.
        using (FileStream file = new(Path.Join(_place.State, "floor"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            byte[] pages = new byte[12 * 1024];
            for (int i = 0; i < Count; i++)
            {
                long begin = TimeProvider.System.GetTimestamp();
                file.Write(pages);
                file.Flush(flushToDisk: true);
                floor[i] = TimeProvider.System.GetElapsedTime(begin).TotalMilliseconds;
            }
        }
        string said = $"an intent with a state, durable: {Said(milliseconds)}; writing and syncing 12 KiB alone: {Said(floor)} ({Count} each)";
        TestContext.Current.TestOutputHelper!.WriteLine(said);
        Assert.True(milliseconds[Count / 2] < 10 * floor[Count / 2] + 2, said);
    }

    private static string Said(double[] milliseconds)
    {
        Array.Sort(milliseconds);
        return FormattableString.Invariant($"median {milliseconds[Count / 2]:F2} ms, p99 {milliseconds[Count * 99 / 100]:F2} ms, longest {milliseconds[^1]:F2} ms");
    }
}

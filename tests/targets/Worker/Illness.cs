namespace Worker;

/// <summary>What services suffer from, on purpose.</summary>
internal static class Illness
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    private static readonly List<byte[]> Kept = [];

    private static readonly ManualResetEventSlim Never = new();

    /// <summary>How much more a request takes than is forgotten of it.</summary>
    private const int GarbagePerLeak = 20;

    /// <summary>Keeps so many MB more each minute, all of it touched. Like any service that leaks it takes far more than it keeps, so that the collector has
    /// to do; without, nobody could tell what is kept from what is just not collected yet.</summary>
    public static void Leak(int megabytesPerMinute)
    {
        int bytes = (int)(megabytesPerMinute * 1_000_000L * Step.TotalMinutes);
        Begin(() =>
        {
            Kept.Add(Touched(bytes));
            for (int i = 0; i < GarbagePerLeak; i++) _ = Touched(bytes);
        });
    }

    /// <summary>Keeps so many MB more, evenly over so many seconds, then gives all back; again and again.</summary>
    public static void Sawtooth(int megabytes, int seconds)
    {
        int steps = (int)(seconds / Step.TotalSeconds), bytes = megabytes * 1_000_000 / steps;
        Begin(() =>
        {
            Kept.Add(Touched(bytes));
            if (Kept.Count < steps) return;
            Kept.Clear();
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        });
    }

    /// <summary>Has so many work items a second wait for each other: each takes a thread of the pool, and none is given back.</summary>
    public static void Starve(int perSecond)
    {
        int each = Math.Max(1, (int)(perSecond * Step.TotalSeconds));
        Begin(() =>
        {
            for (int i = 0; i < each; i++) ThreadPool.UnsafeQueueUserWorkItem(static gate => gate.Wait(), Never, preferLocal: false);
        });
    }

    /// <summary>On a thread of its own: the pool may have none left.</summary>
    private static void Begin(Action act) => new Thread(() =>
    {
        while (true)
        {
            act();
            Never.Wait(Step);
        }
    })
    { IsBackground = true, Name = "illness" }.Start();

    private static byte[] Touched(int bytes)
    {
        byte[] block = new byte[bytes];
        for (int i = 0; i < block.Length; i += 4096) block[i] = 1;
        return block;
    }
}

namespace Troubles;

/// <summary>Makes garbage that lives long enough to be carried along, and asks for collections as well.</summary>
internal static class Garbage
{
    private static readonly byte[][] Kept = new byte[20_000][];

    public static void Begin() => new Thread(static () =>
    {
        for (int i = 0; ; i++)
        {
            Kept[i % Kept.Length] = new byte[1000 + (i % 1000)];
            if (i % 50_000 == 0) GC.Collect();
        }
    })
    { IsBackground = true }.Start();
}

/// <summary>Throws and catches, mostly one kind.</summary>
internal static class Failures
{
    public static void Begin() => new Thread(static () =>
    {
        for (int i = 0; ; i++)
        {
            try
            {
                if (i % 10 == 9) FindNothing();
                else ParseNothing();
            }
            catch (Exception e) when (e is FormatException or KeyNotFoundException)
            {
                if (i % 100 == 0) Thread.Sleep(1);
            }
        }
    })
    { IsBackground = true }.Start();

    private static void ParseNothing() => throw new FormatException("no number");

    private static void FindNothing() => throw new KeyNotFoundException("no key");
}

/// <summary>Sixteen threads want one lock, which each holds for a millisecond.</summary>
internal static class Convoy
{
    private static readonly object Gate = new();

    public static void Begin()
    {
        for (int i = 0; i < 16; i++) new Thread(Queue) { IsBackground = true }.Start();
    }

    private static void Queue()
    {
        while (true)
            lock (Gate) Thread.Sleep(1);
    }
}

/// <summary>Work of the thread pool that waits for other work of it: threads are added one by one, and never enough.</summary>
internal static class Starvation
{
    public static void Begin() => new Thread(static () =>
    {
        while (true)
        {
            for (int i = 0; i < 20; i++) ThreadPool.QueueUserWorkItem(static _ => WaitForOther());
            Thread.Sleep(500);
        }
    })
    { IsBackground = true }.Start();

    private static void WaitForOther()
    {
        using var done = new ManualResetEventSlim(false);
        ThreadPool.QueueUserWorkItem(_ => done.Set());
        done.Wait();
    }
}

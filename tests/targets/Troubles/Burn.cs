using System.Runtime.CompilerServices;

namespace Troubles;

/// <summary>One thread works: 70 % in one method, 20 in another, 10 in a third. Others wait, each in one of the ways that threads wait.</summary>
internal static class Burn
{
    private static readonly object Gate = new();
    private static readonly ManualResetEventSlim Slim = new(false);
    private static readonly Semaphore Kernel = new(0, 1);
    private static double s_result;
    private static int s_unit;

    public static void Begin(int waiting)
    {
        for (int i = 0; i < waiting; i++) Start(Waits[i % Waits.Length]);
        Start(Work);
    }

    private static readonly Action[] Waits =
    [
        static () => Slim.Wait(),
        static () => Kernel.WaitOne(),
        static () => Thread.Sleep(Timeout.Infinite),
        static () =>
        {
            lock (Gate) Monitor.Wait(Gate);
        },
        static () => new TaskCompletionSource().Task.Wait(),
    ];

    private static void Work()
    {
        var random = new Random(1);
        while (true)
        {
            s_unit = random.Next(20_000, 200_000); // No round is as long as the one before: in step with no sampler.
            Seventy();
            Twenty();
            Ten();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Seventy()
    {
        (double sum, int times) = (s_result, 7 * s_unit);
        for (int i = 0; i < times; i++) sum = (sum * 1.0000001) + i;
        s_result = sum % 1000;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Twenty()
    {
        (double sum, int times) = (s_result, 2 * s_unit);
        for (int i = 0; i < times; i++) sum = (sum * 1.0000001) + i;
        s_result = sum % 1000;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Ten()
    {
        (double sum, int times) = (s_result, s_unit);
        for (int i = 0; i < times; i++) sum = (sum * 1.0000001) + i;
        s_result = sum % 1000;
    }

    private static void Start(Action action) => new Thread(() => action()) { IsBackground = true }.Start();
}

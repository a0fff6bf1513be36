using System.Runtime.CompilerServices;

namespace Troubles;

/// <summary>One thread works: 70 % in one method, 20 in another, 10 in a third. Others wait, each in one of the ways that threads wait.</summary>
internal static class Burn
{
    private const int Unit = 200_000;

    private static readonly object Gate = new();
    private static readonly ManualResetEventSlim Slim = new(false);
    private static readonly Semaphore Kernel = new(0, 1);
    private static double s_result;

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
        while (true)
        {
            Seventy();
            Twenty();
            Ten();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Seventy()
    {
        double sum = s_result;
        for (int i = 0; i < 7 * Unit; i++) sum = (sum * 1.0000001) + i;
        s_result = sum % 1000;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Twenty()
    {
        double sum = s_result;
        for (int i = 0; i < 2 * Unit; i++) sum = (sum * 1.0000001) + i;
        s_result = sum % 1000;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Ten()
    {
        double sum = s_result;
        for (int i = 0; i < Unit; i++) sum = (sum * 1.0000001) + i;
        s_result = sum % 1000;
    }

    private static void Start(Action action) => new Thread(() => action()) { IsBackground = true }.Start();
}

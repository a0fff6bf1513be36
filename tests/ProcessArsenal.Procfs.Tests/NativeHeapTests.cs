using System.Globalization;
using System.Runtime.InteropServices;

namespace ProcessArsenal.Procfs.Tests;

public sealed class NativeHeapTests
{
    private const int Threads = 8, Blocks = 24, Block = 80 * 1024;

    [Fact]
    public void What_was_freed_is_given_back_whichever_thread_had_it()
    {
        Assert.True(NativeHeap.GiveBack());
        Use(1, 1 << 20); // After which blocks of a megabyte would be kept.
        long before = Resident();
        using var together = new Barrier(Threads);
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            together.SignalAndWait(); // Each is alive, so each has an arena of its own.
            Use(Blocks, Block);
            together.SignalAndWait();
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.InRange(Resident() - before, -long.MaxValue, Threads * Blocks * Block / 4);
    }

    private static unsafe void Use(int count, int size)
    {
        nint[] blocks = new nint[count];
        for (int i = 0; i < count; i++)
        {
            blocks[i] = (nint)NativeMemory.Alloc((nuint)size);
            NativeMemory.Fill((void*)blocks[i], (nuint)size, 1);
        }
        foreach (nint block in blocks) NativeMemory.Free((void*)block);
    }

    /// <summary>Bytes (proc_pid_statm(5)).</summary>
    private static long Resident() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
}

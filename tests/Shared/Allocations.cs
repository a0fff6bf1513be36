namespace ProcessArsenal.Tests;

/// <summary>What something allocates.</summary>
internal static class Allocations
{
    /// <summary>The least of some turns, bytes: a collection that another thread begins in between counts what is left of this thread's room as if it were allocated.</summary>
    public static long Least(Action work)
    {
        long least = long.MaxValue;
        for (int turn = 0; turn < 5 && least > 0; turn++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}

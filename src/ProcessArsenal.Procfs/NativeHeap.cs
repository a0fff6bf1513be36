using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>The heap of the C library (mallopt(3)), from which SQLite and the compression take theirs. Once a large block was freed, glibc takes ones of that size out of its arenas, of
/// which each thread has its own, up to eight per processor, and leaves twice as much free in each: as threads of the pool come and go, that looks like a leak.</summary>
public static class NativeHeap
{
    private const int MMapThreshold = -3; // M_MMAP_THRESHOLD
    private const int Large = 64 * 1024;

    /// <summary>Gives blocks of 64 KiB and more back to the kernel when they are freed, from now on.</summary>
    /// <returns>False where the C library has no such setting.</returns>
    public static bool GiveBack()
    {
        try
        {
            return Libc.HeapOption(MMapThreshold, Large) == 1;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // musl has none.
        }
    }
}

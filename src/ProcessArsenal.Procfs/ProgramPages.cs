using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>Our own code and constants in memory. Most of a program is needed once, as it starts, and what the kernel maps around each page that is touched is not needed at all; both count as
/// resident until memory is short. Given back, they stay in the page cache: what is needed again is mapped again, without a read.</summary>
public static class ProgramPages
{
    private const ulong Present = 1UL << 63, Swapped = 1UL << 62, OfFile = 1UL << 61; // Documentation/admin-guide/mm/pagemap.rst
    private const int MostAtOnce = 4096;

    private static readonly ulong PageSize = (ulong)Environment.SystemPageSize;

    /// <summary>Gives back what is as it is in its file (madvise(2), MADV_DONTNEED): mappings of the program and its libraries that can't be written to, if the kernel says of each of their pages
    /// that it is the file's. One with a page of our own is left alone, as that would be lost: what was relocated and then made read-only (RELRO), a debugger's breakpoint. To be called by one
    /// thread, and only by a program that unloads no libraries.</summary>
    /// <returns>Bytes that were resident and are not; 0 where that can't be told, or on 32 bit.</returns>
    public static long GiveBack()
    {
        if (!Environment.Is64BitProcess) return 0;
        long bytes = 0;
        try
        {
            using SafeFileHandle pages = File.OpenHandle("/proc/self/pagemap");
            foreach (string line in File.ReadLines("/proc/self/maps"))
                if (TryParse(line, out ulong from, out ulong to)) bytes += GiveBack(pages, from, to);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The rest stays resident, no more.
        }
        return bytes;
    }

    /// <summary>A line of proc_pid_maps(5): <c>from-to permissions offset device inode path</c>.</summary>
    /// <returns>Whether it is a private mapping of a program or a library that can't be written to.</returns>
    internal static bool TryParse(string line, out ulong from, out ulong to)
    {
        from = to = 0;
        string[] parts = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (parts is not [{ } range, ['r', '-', _, 'p'], _, _, _, ['/', ..] path]) return false;
        if (path != Environment.ProcessPath && !path.EndsWith(".so", StringComparison.Ordinal) && !path.Contains(".so.", StringComparison.Ordinal)) return false;
        int dash = range.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && ulong.TryParse(range.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out from)
            && ulong.TryParse(range.AsSpan(dash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out to) && from < to;
    }

    private static long GiveBack(SafeFileHandle pages, ulong from, ulong to) =>
        Resident(pages, from / PageSize, to / PageSize) is { } resident && resident > 0 && Libc.AdviseMemory((nuint)from, (nuint)(to - from), Libc.MADV_DONTNEED) == 0 ? resident * (long)PageSize : 0;

    /// <returns>How many pages are resident; null if one of them is not the file's, or that can't be told.</returns>
    private static long? Resident(SafeFileHandle pages, ulong from, ulong to)
    {
        Span<ulong> entries = stackalloc ulong[MostAtOnce];
        long resident = 0;
        for (ulong at = from; at < to; at += MostAtOnce)
        {
            Span<ulong> some = entries[..(int)Math.Min(MostAtOnce, to - at)];
            if (RandomAccess.Read(pages, MemoryMarshal.AsBytes(some), (long)at * sizeof(ulong)) != some.Length * sizeof(ulong)) return null;
            foreach (ulong entry in some)
            {
                if ((entry & Swapped) != 0 || (entry & (Present | OfFile)) == Present) return null;
                if ((entry & Present) != 0) resident++;
            }
        }
        return resident;
    }
}

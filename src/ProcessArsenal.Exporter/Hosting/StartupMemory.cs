using System.Runtime.InteropServices;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Gives back the pages of the program that only its start needed, which are most of them: the runtime's tables are unpacked once, and what
/// composes the program runs once. They are mapped from its file (elf(5)), so one that is needed again comes back from the page cache.</summary>
internal static partial class StartupMemory
{
    private const nuint ProgramHeaders = 3, ProgramHeaderSize = 4, ProgramHeaderCount = 5; // AT_PHDR, AT_PHENT, AT_PHNUM: getauxval(3)
    private const uint Load = 1, Self = 6; // PT_LOAD, PT_PHDR
    private const uint Writable = 2; // PF_W
    private const int DontNeed = 4; // MADV_DONTNEED

    public static unsafe void GiveBack()
    {
        if (sizeof(nuint) != 8 || AuxiliaryValue(ProgramHeaderSize) != (nuint)sizeof(ProgramHeader)) return;
        var headers = (ProgramHeader*)AuxiliaryValue(ProgramHeaders);
        int count = headers is null ? 0 : (int)AuxiliaryValue(ProgramHeaderCount);
        nuint? self = null;
        for (int i = 0; i < count; i++)
            if (headers[i].Type == Self) self = headers[i].Address;
        if (self is not { } expected) return;
        nuint moved = (nuint)headers - expected; // How far from its own addresses the program was loaded.
        nuint page = (nuint)Environment.SystemPageSize;
        for (int i = 0; i < count; i++)
        {
            // What could be written to may have been (relocations, data), and would be lost.
            if (headers[i].Type != Load || (headers[i].Flags & Writable) != 0) continue;
            nuint start = (moved + headers[i].Address + page - 1) & ~(page - 1);
            nuint end = (moved + headers[i].Address + headers[i].Size) & ~(page - 1);
            if (end > start) _ = Advise(start, end - start, DontNeed);
        }
    }

    [LibraryImport("libc", EntryPoint = "getauxval")]
    private static partial nuint AuxiliaryValue(nuint type);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint start, nuint length, int advice);

    /// <summary>Elf64_Phdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ProgramHeader
    {
        public uint Type;
        public uint Flags;
        public ulong Offset;
        public nuint Address;
        public nuint PhysicalAddress;
        public ulong FileSize;
        public nuint Size;
        public ulong Alignment;
    }
}

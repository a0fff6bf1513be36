using System.Runtime.InteropServices;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Gives back, once, what only the start needed: half of what is resident then. Garbage (command line, configuration, composition),
/// and pages of the program that ran once (elf(5)): those are mapped from its file, so that one that is needed again comes back from the page cache.</summary>
internal static partial class StartupMemory
{
    private const nuint ProgramHeaders = 3, ProgramHeaderSize = 4, ProgramHeaderCount = 5; // AT_PHDR, AT_PHENT, AT_PHNUM: getauxval(3)
    private const uint Load = 1, Self = 6; // PT_LOAD, PT_PHDR
    private const uint Writable = 2; // PF_W
    private const int DontNeed = 4; // MADV_DONTNEED

    public static void GiveBack()
    {
        _ = Trim(0);
        ForgetProgramPages();
    }

    /// <summary>Only segments that can't be written to: a page that was (relocations, data) would lose what is in it.</summary>
    private static unsafe void ForgetProgramPages()
    {
        if (sizeof(nuint) != 8 || AuxiliaryValue(ProgramHeaderSize) != (nuint)sizeof(ProgramHeader)) return;
        var headers = (ProgramHeader*)AuxiliaryValue(ProgramHeaders);
        int count = (int)AuxiliaryValue(ProgramHeaderCount);
        if (headers is null) return;
        nuint moved = 0; // How far from its own addresses the program was loaded.
        for (int i = 0; i < count; i++)
            if (headers[i].Type == Self) moved = (nuint)headers - headers[i].Address;
        nuint page = (nuint)Environment.SystemPageSize;
        for (int i = 0; i < count; i++)
        {
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

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);

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

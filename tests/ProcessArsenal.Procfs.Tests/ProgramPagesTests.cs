using System.Globalization;
using System.Runtime.InteropServices;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProgramPagesTests
{
    [Fact]
    public void What_is_given_back_is_no_longer_resident_and_the_program_goes_on()
    {
        long before = OfFiles();
        long given = ProgramPages.GiveBack();
        Assert.InRange(given, 1 << 20, before);
        for (int i = 0; i < 20; i++)
        {
            GC.Collect(); // What is needed is mapped again.
            ProgramPages.GiveBack();
        }
        Assert.InRange(OfFiles(), 0, before);
    }

    [Theory]
    [InlineData("7f0000000000-7f0000002000 r-xp 00001000 08:01 1234                       /usr/lib/libc.so.6", true)]
    [InlineData("7f0000000000-7f0000002000 r--p 00001000 08:01 1234                       /opt/libe_sqlite3.so", true)]
    [InlineData("7f0000000000-7f0000002000 rw-p 00001000 08:01 1234                       /usr/lib/libc.so.6", false)]
    [InlineData("7f0000000000-7f0000002000 r--s 00001000 08:01 1234                       /usr/lib/libc.so.6", false)]
    [InlineData("7f0000000000-7f0000002000 rwxp 00000000 00:00 0                          /usr/lib/libc.so.6", false)]
    [InlineData("7f0000000000-7f0000002000 r--p 00001000 08:01 1234                       /var/cache/locale-archive", false)]
    [InlineData("7f0000000000-7f0000002000 r-xp 00000000 00:00 0                          [vdso]", false)]
    [InlineData("7f0000000000-7f0000002000 r-xp 00000000 00:00 0 ", false)]
    [InlineData("7f0000002000-7f0000000000 r-xp 00001000 08:01 1234                       /usr/lib/libc.so.6", false)]
    [InlineData("-1 r-xp 0 0 0 /a.so", false)]
    [InlineData("", false)]
    public void Only_what_can_t_be_written_to_is_meant(string line, bool isMeant)
    {
        Assert.Equal(isMeant, ProgramPages.TryParse(line, out ulong from, out ulong to));
        if (isMeant) Assert.Equal((0x7f0000000000UL, 0x7f0000002000UL), (from, to));
    }

    /// <summary>As of a debugger's breakpoint, which is written in the same way: it would be lost.</summary>
    [Fact]
    public void A_segment_with_a_page_of_our_own_is_left_alone()
    {
        string library = Path.Combine(Path.GetTempPath(), $"process-arsenal-{Guid.NewGuid():n}.so");
        File.Copy(Maps().Select(static line => line.Split(' ')[^1]).First(static path => path.Contains("/libSystem.Native.so", StringComparison.Ordinal)), library);
        try
        {
            nint loaded = NativeLibrary.Load(library);
            string code = Maps().First(line => line.EndsWith(library, StringComparison.Ordinal) && line.Contains("r-xp", StringComparison.Ordinal));
            Assert.True(ProgramPages.TryParse(code, out ulong from, out ulong to));
            using FileStream memory = File.Open("/proc/self/mem", FileMode.Open, FileAccess.ReadWrite);
            memory.Position = (long)from;
            memory.WriteByte(0x5a);
            memory.Flush();
            ProgramPages.GiveBack();
            Assert.Equal(0x5a, Marshal.ReadByte((nint)from));
            NativeLibrary.Free(loaded);
        }
        finally
        {
            File.Delete(library);
        }
    }

    private static string[] Maps() => File.ReadAllLines("/proc/self/maps");

    /// <summary>Bytes (RssFile of proc_pid_status(5)).</summary>
    private static long OfFiles() => 1024 * long.Parse(File.ReadLines("/proc/self/status").First(static line => line.StartsWith("RssFile:", StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ProcessArsenal.Procfs.Tests.Support;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcFdTests
{
    [Fact]
    public void Names_of_a_listing_are_read() => Assert.Equal([".", "..", "0", "1234567"], Names(Entries(".", "..", "0", "1234567")));

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(19)]
    [InlineData(4000)]
    public void A_record_of_a_wrong_length_ends_the_listing(int length)
    {
        byte[] entries = Entries("0", "1");
        BinaryPrimitives.WriteUInt16LittleEndian(entries.AsSpan(16), (ushort)length);
        Assert.Empty(Names(entries));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Opening_files_raises_the_count_by_as_many(bool bySize)
    {
        using ProcFs proc = ProcFs.Open();
        Assert.SkipUnless(!bySize || proc.DescriptorSizeIsCount, "The size of /proc/PID/fd is the count since Linux 6.2 only.");
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(Environment.ProcessId, out ProcessDirectory? self));
        using ProcessDirectory directory = self!;
        byte[] buffer = new byte[512]; // Small: several calls of getdents64.
        // Tests beside this one open and close files of this process too, each for a moment: then once more.
        Assert.Contains(Enumerable.Range(0, 50), _ => IsExact());

        bool IsExact()
        {
            Assert.Equal(ReadOutcome.Ok, directory.ReadDescriptorCount(buffer, bySize, out int before));
            FileStream[] files = [.. Enumerable.Range(0, 300).Select(_ => File.OpenRead("/dev/null"))];
            Assert.Equal(ReadOutcome.Ok, directory.ReadDescriptorCount(buffer, bySize, out int during));
            foreach (FileStream file in files) file.Dispose();
            Assert.Equal(ReadOutcome.Ok, directory.ReadDescriptorCount(buffer, bySize, out int after));
            return during == before + 300 && after == before;
        }
    }

    [Fact]
    public void Size_and_listing_agree_about_another_process()
    {
        using ProcFs proc = ProcFs.Open();
        Assert.SkipUnless(proc.DescriptorSizeIsCount, "The size of /proc/PID/fd is the count since Linux 6.2 only.");
        using Child cat = Child.Shell("echo; exec cat 5</dev/null");
        cat.ReadLine();
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(cat.Pid, out ProcessDirectory? opened));
        using ProcessDirectory directory = opened!;
        byte[] buffer = new byte[4096];
        Until.True(() => directory.ReadStat(buffer, out _, out ReadOnlySpan<byte> name) == ReadOutcome.Ok && name.SequenceEqual("cat"u8));
        int bySize = 0, byListing = 0;
        Until.True(() => directory.ReadDescriptorCount(buffer, true, out bySize) == ReadOutcome.Ok
            && directory.ReadDescriptorCount(buffer, false, out byListing) == ReadOutcome.Ok && bySize == byListing && bySize >= 4);
    }

    [Fact]
    public void A_fixture_tree_is_listed()
    {
        using var tree = new FixtureProc();
        tree.Process(9, p => p.Descriptors = ["socket:[1]", "/dev/null"]);
        using ProcFs proc = ProcFs.Open(tree.Root);
        Assert.False(proc.DescriptorSizeIsCount);
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(9, out ProcessDirectory? opened));
        using ProcessDirectory directory = opened!;
        Assert.Equal((ReadOutcome.Ok, 2), (directory.ReadDescriptorCount(new byte[4096], false, out int count), count));
    }

    /// <summary>Records as getdents64(2) writes them.</summary>
    internal static byte[] Entries(params string[] names)
    {
        var all = new List<byte>();
        foreach (byte[] name in names.Select(Encoding.UTF8.GetBytes))
        {
            byte[] record = new byte[(19 + name.Length + 1 + 7) / 8 * 8];
            MemoryMarshal.Write(record.AsSpan(16), (ushort)record.Length);
            name.CopyTo(record, 19);
            all.AddRange(record);
        }
        return [.. all];
    }

    internal static List<string> Names(ReadOnlySpan<byte> entries)
    {
        var names = new List<string>();
        while (DirectoryEntry.TryNext(ref entries, out ReadOnlySpan<byte> name)) names.Add(Encoding.UTF8.GetString(name));
        return names;
    }
}

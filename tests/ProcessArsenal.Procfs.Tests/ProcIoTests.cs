using CsCheck;
using ProcessArsenal.Procfs.Tests.Support;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcIoTests
{
    [Fact]
    public void Whatever_the_kernel_writes_comes_back() =>
        Gen.ULong.Array[4].Sample(n =>
        {
            var p = new ProcessFixture(1) { ReadCharacters = n[0], WrittenCharacters = n[1], ReadBytes = n[2], WriteBytes = n[3] };
            Assert.True(ProcIo.TryParse(p.RenderIo(), out ProcIo io));
            Assert.Equal(n, (ulong[])[io.ReadCharacters, io.WrittenCharacters, io.ReadBytes, io.WriteBytes]);
        }, iter: 2_000);

    [Fact]
    public void A_cut_file_is_false_or_right() =>
        Cut.IsFalseOrEqual<ProcIo>(new ProcessFixture(1) { ReadCharacters = 1234, WrittenCharacters = 5678, WriteBytes = 4096 }.RenderIo(),
            text => ProcIo.TryParse(text, out ProcIo io) ? io : null);

    [Fact]
    public void A_line_seen_twice_does_not_stand_for_a_missing_one() =>
        Assert.False(ProcIo.TryParse("rchar: 1\nrchar: 1\nwchar: 1\nread_bytes: 1\n"u8, out _));

    [Fact]
    public void Counts_what_was_written_to_a_disk()
    {
        const int Size = 1 << 20;
        string path = Path.Combine(AppContext.BaseDirectory, "io-test.bin");
        string fileSystem = new DriveInfo(AppContext.BaseDirectory).DriveFormat;
        Assert.SkipWhen(fileSystem is "tmpfs" or "ramfs", "Not on a disk: no bytes to storage.");
        using ProcFs proc = ProcFs.Open();
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(Environment.ProcessId, out ProcessDirectory? self));
        using ProcessDirectory directory = self!;
        byte[] buffer = new byte[4096], content = new byte[Size];

        ReadOutcome before = directory.ReadIo(buffer, out ProcIo first);
        Assert.SkipUnless(before == ReadOutcome.Ok, $"io: {before}");
        using (FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 0, FileOptions.DeleteOnClose))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
            Assert.Equal(ReadOutcome.Ok, directory.ReadIo(buffer, out ProcIo second));
            // The runtime may write a little of its own meanwhile.
            Assert.InRange(second.WrittenCharacters - first.WrittenCharacters, (ulong)Size, Size + 65_536ul);
            Assert.InRange(second.WriteBytes - first.WriteBytes, (ulong)Size, Size + 262_144ul);
        }
    }
}

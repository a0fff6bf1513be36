using CsCheck;
using ProcessArsenal.Control.Dumps;

namespace ProcessArsenal.Control.Tests.Dumps;

public sealed class CoreSizeTests
{
    [Theory]
    [InlineData("1000-3000 rw-p 00000000 00:00 0 \nAnonymous:             0 kB\nVmFlags: rd wr mr mw me ac \n", 0x2000)] // Never touched: it is written all the same.
    [InlineData("1000-3000 ---p 00000000 00:00 0 \nAnonymous:             0 kB\nVmFlags: mr mw me nr \n", 0x2000)] // So is what is only reserved.
    [InlineData("1000-3000 ---p 00000000 00:00 0 \nAnonymous:             0 kB\nVmFlags: mr mw me dd \n", 0)]
    [InlineData("1000-3000 r-xp 00000000 08:01 77 /usr/bin/a\nAnonymous:             0 kB\nVmFlags: rd ex mr mw me \n", 0)]
    [InlineData("1000-3000 rw-p 00000000 08:01 77 /usr/bin/a\nAnonymous:             4 kB\nVmFlags: rd wr mr mw me ac \n", 0x2000)]
    [InlineData("1000-3000 rw-s 00000000 00:01 77 /memfd:doublemapper (deleted)\nAnonymous:             0 kB\nVmFlags: rd wr sh mr mw me ms \n", 0x2000)]
    [InlineData("1000-3000 rw-p 00000000 00:00 0 [heap]\nVmFlags: rd\n3000-4000 rw-p 00000000 00:00 0 [stack]\nVmFlags: rd\n", 0x3000)]
    [InlineData("ffffffffffffffff-0 rw-p 00000000 00:00 0 \nVmFlags: rd\n", 0)]
    [InlineData("", 0)]
    public void What_has_memory_of_its_own_is_counted_as_a_whole(string smaps, long expected) => Assert.Equal(expected, CoreSize.Of(new StringReader(smaps)));

    [Fact]
    public void Whatever_is_read_it_is_a_number_that_makes_sense()
    {
        string[] modes = ["rw-p", "---p", "", "\0"], inodes = ["0", "7", "x"], others = ["Anonymous: 4 kB", "Anonymous:", "VmFlags: rd", "VmFlags: dd", "VmFlags:", "-", "1-", "1-2", ""];
        Gen<string> line = Gen.OneOf(
            Gen.Select(Gen.ULong, Gen.ULong, Gen.Int[0, modes.Length - 1], Gen.Int[0, inodes.Length - 1]).Select((start, end, mode, inode) => $"{start:x}-{end:x} {modes[mode]} 0 00:00 {inodes[inode]} name"),
            Gen.Int[0, others.Length - 1].Select(other => others[other]),
            Gen.String);
        line.Array[0, 30].Sample(static lines => CoreSize.Of(new StringReader(string.Join('\n', lines))) is >= 0 and <= long.MaxValue / 16);
    }

    [Fact]
    public void Of_ourselves_it_can_be_told() => Assert.InRange(CoreSize.Read(Environment.ProcessId)!.Value, 1 << 20, long.MaxValue);
}

using System.Text;
using CsCheck;
using ProcessArsenal.Procfs.Tests.Support;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcStatTests
{
    private const string Cat618 = "17457 (cat) R 17454 17454 3683 34816 -1 4194304 98 1 2 3 4 5 6 7 20 -5 3 0 188987 3133440 394 " +
        "18446744073709551615 94247165132800 94247165152681 140730543991600 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 94247165168688 " +
        "94247165170304 94247996268544 140730543999458 140730543999478 140730543999478 140730544001003 0\n";

    [Fact]
    public void Reads_every_field_from_its_place()
    {
        Assert.True(Parse(Cat618, out ProcStat stat, out string name));
        Assert.Equal("cat", name);
        Assert.Equal((17457, (byte)'R', 17454, 17454, 3683), (stat.Pid, stat.State, stat.ParentPid, stat.ProcessGroup, stat.Session));
        Assert.Equal((34816, 4194304u, 98ul, 2ul), (stat.Terminal, stat.Flags, stat.MinorFaults, stat.MajorFaults));
        Assert.Equal((4ul, 5ul, -5, 3, 188987ul), (stat.UserTicks, stat.SystemTicks, stat.Nice, stat.Threads, stat.StartTicks));
        Assert.Equal((3133440ul, 394L, 140730543991600ul, 1), (stat.VirtualBytes, stat.ResidentPages, stat.StackStart, stat.Processor));
        Assert.Equal(140730543999458ul, stat.ArgumentStart);
    }

    [Theory]
    [InlineData("2.6.18",
        "1 (init) S 0 1 1 0 -1 4194560 638 26813 20 261 1 51 81 162 16 0 1 0 186 10612736 138 18446744073709551615 4194304 " +
        "4225620 140736 18446744073709551615 215 0 0 1475401980 671819267 18446744071563356171 0 0 0 0 0 0 0\n")]
    [InlineData("3.2",
        "1 (init) S 0 1 1 0 -1 4202752 2143 150233 19 45 3 52 308 77 20 0 1 0 4 10907648 178 18446744073709551615 1 1 0 0 0 0 " +
        "0 1475401980 671819267 18446744073709551615 0 0 0 1 0 0 6 0 0\n")]
    [InlineData("3.4",
        "1 (init) S 0 1 1 0 -1 4202752 2143 150233 19 45 3 52 308 77 20 0 1 0 4 10907648 178 18446744073709551615 1 1 0 0 0 0 " +
        "0 1475401980 671819267 18446744073709551615 0 0 0 1 0 0 6 0 0 1 2 3\n")]
    public void Kernels_before_3_5_tell_no_arguments(string kernel, string text)
    {
        Assert.True(Parse(text, out ProcStat stat, out string name), kernel);
        Assert.Equal("init", name);
        Assert.Equal(0ul, stat.ArgumentStart);
        Assert.Equal(1, stat.Threads);
    }

    [Fact]
    public void A_kernel_thread_has_its_flag()
    {
        Assert.True(Parse("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 1 0 0 20 0 1 0 21 0 0 18446744073709551615 " +
            "0 0 0 0 0 0 0 2147483647 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n", out ProcStat stat, out _));
        Assert.True(stat.IsKernelThread);
    }

    [Theory]
    [InlineData('Z', 1, true, false)]
    [InlineData('X', 0, true, false)]
    [InlineData('Z', 2, false, true)]
    [InlineData('S', 1, false, false)]
    [InlineData('I', 1, false, false)]
    public void Tells_a_zombie_from_a_process_whose_main_thread_has_ended(char state, int threads, bool zombie, bool leaderless)
    {
        byte[] text = new ProcessFixture(9) { State = state, Threads = threads, HasMemory = false }.RenderStat();
        Assert.True(ProcStat.TryParse(text, out ProcStat stat, out _));
        Assert.Equal((zombie, leaderless), (stat.IsZombie, stat.IsLeaderless));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData(")")]
    [InlineData("(")]
    [InlineData(") R 1 (")]
    [InlineData("a) Z 1 1 1 1 1")]
    [InlineData("\n")]
    [InlineData("\n1 (x) R 1 1\n")]
    [InlineData("\"quo'ted\"")]
    [InlineData("kworker/u8:3-events_unbound_and_a_long_workqueue_name_up_to_63")]
    public void Any_name_is_taken_for_what_it_is(string name)
    {
        Assert.True(ProcStat.TryParse(new ProcessFixture(9) { Name = name }.RenderStat(), out ProcStat stat, out ReadOnlySpan<byte> read));
        Assert.Equal(name, Encoding.UTF8.GetString(read));
        Assert.Equal(((byte)'S', 1, 10_000ul), (stat.State, stat.ParentPid, stat.StartTicks));
    }

    [Fact]
    public void Whatever_the_kernel_writes_comes_back() =>
        Gen.Select(Gen.Int.Array[7], Gen.ULong.Array[10], Gen.UInt, Gen.Byte[1, 255].Array[0, 15], Gen.OneOf("RSDZTtXIxKWP".ToCharArray()))
            .Sample((ints, longs, flags, name, state) =>
            {
                var p = new ProcessFixture(ints[0])
                {
                    NameBytes = name,
                    State = state,
                    ParentPid = ints[1],
                    ProcessGroup = ints[2],
                    Session = ints[3],
                    Terminal = ints[4],
                    Nice = ints[5] % 20,
                    Threads = ints[6] & int.MaxValue,
                    Flags = flags,
                    MinorFaults = longs[0],
                    MajorFaults = longs[1],
                    UserTicks = longs[2],
                    SystemTicks = longs[3],
                    StartTicks = longs[4],
                    VirtualBytes = longs[5],
                    ResidentPages = (long)longs[6],
                    StackStart = longs[7],
                    ArgumentStart = longs[8],
                    Skipped = longs[9],
                    Processor = ints[1],
                };
                Assert.True(ProcStat.TryParse(p.RenderStat(), out ProcStat s, out ReadOnlySpan<byte> read));
                Assert.True(read.SequenceEqual(name));
                Assert.Equal((p.Pid, (byte)state, p.ParentPid, p.ProcessGroup), (s.Pid, s.State, s.ParentPid, s.ProcessGroup));
                Assert.Equal((p.Session, p.Terminal, p.Nice, p.Threads, flags), (s.Session, s.Terminal, s.Nice, s.Threads, s.Flags));
                Assert.Equal((p.MinorFaults, p.MajorFaults, p.UserTicks), (s.MinorFaults, s.MajorFaults, s.UserTicks));
                Assert.Equal((p.SystemTicks, p.StartTicks, p.VirtualBytes), (s.SystemTicks, s.StartTicks, s.VirtualBytes));
                Assert.Equal((p.ResidentPages, p.StackStart), (s.ResidentPages, s.StackStart));
                Assert.Equal((p.ArgumentStart, p.Processor), (s.ArgumentStart, s.Processor));
            }, iter: 10_000);

    [Fact]
    public void A_cut_line_is_never_taken_for_a_whole_one() =>
        Gen.Byte[1, 255].Array[0, 15].Sample(name =>
            Cut.EverywhereIsFalse(new ProcessFixture(4711) { NameBytes = name }.RenderStat(),
                t => ProcStat.TryParse(t, out _, out _)), iter: 50);

    [Theory]
    [InlineData("(cat) ", "(cat)")]
    [InlineData(" 4 5 6 7 ", " 4 5x 6 7 ")]
    [InlineData(" 4 5 6 7 ", " 4 -5 6 7 ")]
    [InlineData(" 188987 ", " 99999999999999999999 ")]
    [InlineData(" R 17454 ", " RR 17454 ")]
    [InlineData("17457 (", "17457 x(")]
    public void A_line_of_another_shape_is_false(string part, string wrong) =>
        Assert.False(Parse(Cat618.Replace(part, wrong, StringComparison.Ordinal), out _, out _));

    private static bool Parse(string text, out ProcStat stat, out string name)
    {
        bool ok = ProcStat.TryParse(Encoding.UTF8.GetBytes(text), out stat, out ReadOnlySpan<byte> bytes);
        name = Encoding.UTF8.GetString(bytes);
        return ok;
    }
}

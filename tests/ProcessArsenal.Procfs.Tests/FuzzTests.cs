using System.Globalization;
using System.Net;
using CsCheck;
using ProcessArsenal.Procfs.Tests.Support;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Procfs.Tests;

/// <summary>Random bytes and mutated examples: a parser never throws, hangs or reads past the end. A second or so in all;
/// FUZZ_SECONDS=60 gives each parser a minute. The executions are in the output of the test (dotnet test --output Detailed).</summary>
public sealed class FuzzTests
{
    private static readonly ProcessFixture Seed =
        new(4711) { Name = "a) R 1 (", InnerPids = [7], CaughtSignals = 0x4005, Skipped = ulong.MaxValue };

    private static readonly byte[] Connection = DiagMessage.Tcp(new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2), info: DiagMessage.Info(280, 1, 2, 3, 1), protocol: 6);

    private static readonly Dictionary<string, (byte[][] Seeds, Func<byte[], bool> Parse)> Parsers = new()
    {
        ["stat"] = ([Seed.RenderStat(), "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0\n"u8.ToArray()], t => ProcStat.TryParse(t, out _, out _)),
        ["statm"] = ([Seed.RenderStatm()], t => ProcStatm.TryParse(t, out _)),
        ["status"] = ([Seed.RenderStatus()], t => ProcStatus.TryParse(t, out _)),
        ["io"] = ([Seed.RenderIo()], t => ProcIo.TryParse(t, out _)),
        ["smaps_rollup"] = ([Seed.RenderSmapsRollup()], t => ProcSmapsRollup.TryParse(t, out _)),
        ["schedstat"] = ([Seed.RenderSchedstat()], t => ProcSchedstat.TryParse(t, out _)),
        ["limits"] = ([Seed.RenderLimits()], t => ProcLimits.TryParse(t, out _)),
        ["cgroup"] = (["9:name=systemd:/user.slice\n4:cpu,memory:/job\n0::/x\n"u8.ToArray()], t => ProcCgroup.TryParse(t, out _)),
        ["pressure"] = (["some avg10=3.56 avg60=8.15 avg300=3.73 total=108\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=2\n"u8.ToArray()],
            t => ProcPressure.TryParse(t, out _)),
        ["vmstat"] = (["nr_free_pages 12\noom_kill 3\n"u8.ToArray()], t => ProcVmstat.TryParse(t, out _)),
        ["mountinfo"] = ([CgroupMountsTests.Hybrid], t => CgroupMounts.Parse(t).Memory is not null),
        ["meminfo"] = (["MemTotal:        2035356 kB\nMemFree:          151412 kB\nMemAvailable:    1234567 kB\n"u8.ToArray()],
            t => ProcMeminfo.TryParse(t, out _)),
        ["getdents"] = ([ProcFdTests.Entries(".", "..", "0", "1234")], t => ProcFdTests.Names(t).Count > 0),
        ["proc connector"] = ([KernelMessages.Fork(1, 2, 2), KernelMessages.Exit(2, 2, 9), KernelMessages.Event(2, 7, 3, 3)], t => Events(t) > 0),
        ["taskstats"] = ([KernelMessages.Record(31, 2, KernelMessages.Taskstats(2, "a", 5)),
            [.. KernelMessages.Record(31, 2, KernelMessages.Taskstats(2, "a", 5)), .. KernelMessages.Record(31, 2, KernelMessages.Taskstats(2, "a", 5), true)]],
            t => Records(t) > 0),
        ["sock_diag of TCP"] = ([Connection, [.. Connection, .. Connection]], t => TcpSockets.Parse(t, static _ => { }) is null),
        ["endings of TCP"] = ([Connection, [.. Connection, .. Connection]], t => Endings(t) > 0),
        ["syscall"] = (["1 0x1 0x5581 0x1b 0x0 0x0 0x0 0x7ffd 0x7f2a\n"u8.ToArray()], t => ProcSyscall.TryParse(t, out _)),
        ["fdinfo"] = (["pos:\t0\nflags:\t0100001\nmnt_id:\t14\n"u8.ToArray()], t => ProcFdInfo.TryParseAccess(t, out _)),
        ["maps"] = (["559e0000-55a00000 r-xp 00001000 fe:00 1234    /usr/bin/name"u8.ToArray()], t => ProcMaps.TryParse(t, out _, out _)),
        ["processors"] = (["0-3,8\n"u8.ToArray()], t => ProcessorSet.TryParse(t, out _)),
        ["records of perf events"] = ([PerfRecordTests.Sample(7, 8, 9, [1, 2, 3], 2, new byte[32])], t => PerfRecord.TryParse(t, hasStack: true, out _)),
        ["identity"] = (["4711-12345678901-0123abcd"u8.ToArray()],
            t => ProcessIdentity.TryParse(System.Text.Encoding.Latin1.GetString(t), out _)),
    };

    private static int Endings(ReadOnlySpan<byte> datagram)
    {
        int count = 0;
        while (TcpEndings.TryNext(ref datagram, out _)) count++;
        return count;
    }

    private static int Events(ReadOnlySpan<byte> datagram)
    {
        int count = 0;
        while (ProcEvent.TryNext(ref datagram, out _)) count++;
        return count;
    }

    private static int Records(ReadOnlySpan<byte> datagram)
    {
        int count = 0;
        while (TaskstatsMessage.TryNext(ref datagram, out _, out _, out ReadOnlySpan<byte> body))
        {
            ReadOnlySpan<byte> family = body;
            _ = TaskstatsMessage.FamilyOf(family);
            while (TaskstatsMessage.TryNextStats(ref body, out _, out _)) count++;
        }
        return count;
    }

    public static TheoryData<string> Names => [.. Parsers.Keys];

    [Theory(Timeout = 3_600_000)]
    [MemberData(nameof(Names))]
    public async Task Survives_anything(string name)
    {
        (byte[][] seeds, Func<byte[], bool> parse) = Parsers[name];
        foreach (byte[] seed in seeds) _ = parse(seed);
        Assert.True(parse(seeds[0]), "The first seed must be valid, or its mutations never get far.");

        string? limit = Environment.GetEnvironmentVariable("FUZZ_SECONDS");
        int seconds = limit is null ? -1 : int.Parse(limit, NumberStyles.None, CultureInfo.InvariantCulture);
        long executions = 0, accepted = 0;
        Gen<byte[]> mutated = Gen.Select(Gen.OneOf(seeds), Gen.Select(Gen.Int[0, 5], Gen.Int[0, 1 << 16], Gen.Byte).Array[1, 6], Mutate);
        await Task.Run(() => Gen.OneOf(mutated, mutated, mutated, Gen.Byte.Array[0, 200]).Sample(
            text =>
            {
                Interlocked.Increment(ref executions);
                if (parse(text)) Interlocked.Increment(ref accepted);
                return true;
            }, iter: 20_000, time: seconds), TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {executions} executions, {accepted} accepted");
    }

    private static byte[] Mutate(byte[] seed, (int Kind, int At, byte Value)[] steps)
    {
        var text = new List<byte>(seed);
        foreach ((int kind, int position, byte value) in steps)
        {
            int at = text.Count == 0 ? 0 : position % text.Count;
            switch (kind)
            {
                case 0 when text.Count > 0: text[at] = value; break;
                case 1: text.Insert(at, value); break;
                case 2 when text.Count > 0: text.RemoveAt(at); break;
                case 3: text.RemoveRange(at, text.Count - at); break;
                case 4: text.InsertRange(at, text.GetRange(at, Math.Min(value, text.Count - at))); break;
                default: text.InsertRange(at, " -()\n:0189"u8[(value % 10)..].ToArray()); break;
            }
        }
        return [.. text];
    }
}

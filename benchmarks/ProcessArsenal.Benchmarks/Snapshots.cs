using System.Buffers;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Benchmarks;

/// <summary>Snapshots of made-up processes, each with all series of its own: values as odd as those of real ones, and always the same.</summary>
internal static class Snapshots
{
    private const int Groups = 50;

    /// <summary>One whose page has so many samples, give or take those of one process.</summary>
    public static Snapshot WithSamples(int samples)
    {
        int few = CountSamples(WithProcesses(100)), more = CountSamples(WithProcesses(200));
        double each = (more - few) / 100.0, fix = few - 100 * each;
        return WithProcesses((int)((samples - fix) / each));
    }

    public static int CountSamples(Snapshot snapshot)
    {
        var page = new ArrayBufferWriter<byte>();
        PrometheusPage.Write(snapshot, page, ExpositionFormat.PrometheusText, TimeProvider.System);
        int lines = page.WrittenSpan.Count((byte)'\n');
        return lines - page.WrittenSpan.Count("\n# "u8) - 1;
    }

    public static Snapshot WithProcesses(int count)
    {
        var random = new Random(1);
        var snapshot = new Snapshot { Health = new SamplingHealth { Signals = [], SeesAllProcesses = true }, Timestamp = TimeProvider.System.GetTimestamp(), Time = DateTimeOffset.UnixEpoch.AddSeconds(1_767_500_000) };
        snapshot.Reset(count);
        for (int i = 0; i < count; i++) Fill(ref snapshot.AddProcess(), 1000 + i, random);
        snapshot.ReserveGroups(Groups);
        for (int g = 0; g < Groups; g++)
        {
            string name = $"service-{g}.service";
            Span<double> values = snapshot.AddGroup(new GroupRow(new GroupKey(name), LabelBlock.Encode(("group", name)), count / Groups));
            foreach (ref double value in values) value = random.Next(1 << 20);
        }
        return snapshot;
    }

    private static void Fill(ref ProcessRow row, int pid, Random random)
    {
        row.Group = $"service-{pid % Groups}.service";
        row.Description = new ProcessDescription
        {
            Name = "worker",
            StartTime = DateTimeOffset.UnixEpoch.AddSeconds(1_767_322_145 + random.Next(100_000) / 100.0),
            DescriptorLimit = 1024,
        };
        row.Uptime = TimeSpan.FromMilliseconds(random.Next(100_000_000) * 10.0);
        row.Sample = new ProcessSample
        {
            Stat = new ProcStat
            {
                Pid = pid,
                State = (byte)'S',
                Threads = random.Next(1, 64),
                UserTicks = (ulong)random.Next(10_000_000),
                SystemTicks = (ulong)random.Next(1_000_000),
                MinorFaults = (ulong)random.Next(10_000_000),
                MajorFaults = (ulong)random.Next(1000),
            },
            Statm = new ProcStatm { SizePages = (ulong)random.Next(1 << 22), ResidentPages = (ulong)random.Next(1 << 18) },
            Status = new ProcStatus { HasMemory = true },
            Io = new ProcIo { ReadBytes = (ulong)random.NextInt64(1L << 36), WriteBytes = (ulong)random.NextInt64(1L << 36) },
            Descriptors = random.Next(500),
            Accounting = new TaskAccounting(),
        };
        row.Labels = LabelBlock.Encode(("identity", $"{pid}-{pid * 77}-0123abcd"), ("pid", $"{pid}"), ("group", row.Group));
        row.InfoLabels = LabelBlock.Encode(
            ("identity", $"{pid}-{pid * 77}-0123abcd"), ("pid", $"{pid}"), ("group", row.Group), ("name", "worker"),
            ("executable", "/usr/lib/service/worker"), ("owner", "www-data"), ("unit", row.Group));
    }
}

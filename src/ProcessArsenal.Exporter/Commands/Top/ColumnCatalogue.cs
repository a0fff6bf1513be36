using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>Every column of <c>top</c>, from left to right. A new one is a line here: <c>--sort</c>, the keys, groups and help follow.</summary>
internal static class ColumnCatalogue
{
    private static readonly string[] Letters = [.. Enumerable.Range(0, 128).Select(letter => ((char)letter).ToString())];

    public static readonly Column[] All =
    [
        new("PID", "pid", 7, 0) { Key = 'p', Number = static (in row) => row.Sample.Identity.Pid, Unit = Unit.Exact, Ascending = true },
        new("PROCS", "processes", 6, 0) { Number = static (in _) => 1, Unit = Unit.Count, Fold = Fold.Sum, GroupsOnly = true },
        new("USER", "user", 9, 5) { Key = 'u', Text = static (in row) => row.Description.User, Ascending = true },
        new("GROUP", "group", 18, 13) { Text = static (in row) => row.Group, Ascending = true },
        new("S", "state", 1, 4) { Text = static (in row) => State(row), Ascending = true },
        new("CPU%", "cpu", 6, 1) { Key = 'c', Number = static (in row) => row.Rates.Cpu, Unit = Unit.Percent, Fold = Fold.Sum, Remarkable = 0.2 },
        new("WAIT%", "wait", 6, 6) { Key = 'w', Number = static (in row) => row.Rates.RunQueueWait, Unit = Unit.Percent, Fold = Fold.Sum, Remarkable = 0.1 },
        new("BLKIO%", "blkio", 6, 10) { Key = 'b', Number = static (in row) => row.Rates.BlockIoWait, Unit = Unit.Percent, Fold = Fold.Sum, Remarkable = 0.1 },
        new("MEM", "memory", 5, 2) { Key = 'm', Number = static (in row) => ProcessFacts.ResidentBytes(row.Sample), Unit = Unit.Bytes, Fold = Fold.Sum },
        new("IO/s", "io", 0, 0) { Key = 'i', Number = static (in row) => row.Rates.DiskRead + row.Rates.DiskWrite, Unit = Unit.Bytes, Fold = Fold.Sum },
        new("READ/s", "read", 6, 7) { Number = static (in row) => row.Rates.DiskRead, Unit = Unit.Bytes, Fold = Fold.Sum, Remarkable = 10e6 },
        new("WRITE/s", "write", 7, 8) { Number = static (in row) => row.Rates.DiskWrite, Unit = Unit.Bytes, Fold = Fold.Sum, Remarkable = 10e6 },
        new("THR", "threads", 5, 11) { Key = 'n', Number = static (in row) => row.Sample.Stat.Threads, Unit = Unit.Count, Fold = Fold.Sum },
        new("FDS", "fds", 5, 12) { Key = 'f', Number = static (in row) => ProcessFacts.Descriptors(row.Sample), Unit = Unit.Count, Fold = Fold.Sum },
        new("AGE", "age", 6, 9) { Key = 't', Number = static (in row) => row.Uptime?.TotalSeconds, Unit = Unit.Age, Fold = Fold.Largest },
        new("COMMAND", "name", Wide, 3) { Text = static (in row) => row.Description.Name, Ascending = true },
    ];

    /// <summary>The width of the last column: whatever is left.</summary>
    public const int Wide = int.MaxValue;

    /// <summary>What <c>--sort</c> takes, the default first.</summary>
    public static readonly string[] SortWords = [Default.Word, .. All.Where(column => column != Default).Select(column => column.Word)];

    public static Column Default => Find("cpu");

    public static Column Find(string word) => Array.Find(All, column => column.Word == word) ?? throw new ArgumentException($"There is no column {word}.");

    /// <summary>A process that lives on without its main thread is not defunct, though stat says so.</summary>
    private static string? State(in ProcessRow row)
    {
        byte letter = row.Sample.Stat.State;
        return row.Sample.Stat.IsLeaderless || ProcessStates.IndexOf(letter) < 0 ? null : Letters[letter];
    }
}

using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>Every field that an expression can ask for. To add one, add its line and run the tests with UPDATE_GOLDEN=1.</summary>
public static class FieldCatalogue
{
    private static readonly Field[] Fields =
    [
        Number("pid", Measure.Count, "Process id.", static (in row) => row.Sample.Identity.Pid, isStatic: true),
        Number("ppid", Measure.Count, "Parent's process id; 0 if it has none that we may see.", static (in row) => row.Sample.Stat.ParentPid),
        Text("name", "comm: at most 15 bytes, chosen by the process.", static (in row) => row.Description.Name, isStatic: true),
        Text("exe", "Path of the executable.", static (in row) => row.Description.Executable, isStatic: true),
        Text("cmdline", "Arguments, capped, chosen by the process.", static (in row) => row.Description.CommandLine, isStatic: true),
        Text("group", "Group that it is counted in.", static (in row) => row.Group),
        Text("user", "Name of the effective user, else the number.", static (in row) => row.Description.User, isStatic: true),
        Text("container", "Id of its container, 64 hexadecimal digits.", static (in row) => row.Description.Container, isStatic: true),
        Text("unit", "Its systemd service or scope, in full.", static (in row) => row.Description.Unit, isStatic: true),
        Words("state", "State of the main thread.", ProcessStates.Names, static (in row) => State(in row)),
        Flag("dead", "Dead, and not reaped by its parent (a zombie).", static (in row) => row.Sample.Stat.IsZombie),
        Number("memory", Measure.Size, "Resident memory.", static (in row) => ProcessFacts.ResidentBytes(row.Sample)),
        Number("memory_anonymous", Measure.Size, "Resident memory not backed by files.", static (in row) => ProcessFacts.AnonymousBytes(row.Sample)),
        Number("memory_swap", Measure.Size, "Memory swapped out.", static (in row) => ProcessFacts.SwapBytes(row.Sample)),
        Number("memory_virtual", Measure.Size, "Address space.", static (in row) => ProcessFacts.VirtualBytes(row.Sample)),
        Number("cpu", Measure.Cores, "CPU in use.", static (in row) => row.Rates.Cpu),
        Number("cpu_time", Measure.Duration, "CPU time used since it started.", static (in row) => ProcessFacts.CpuSeconds(row.Sample)),
        Number("threads", Measure.Count, "Threads.", static (in row) => row.Sample.Stat.Threads),
        Number("fds", Measure.Count, "Open file descriptors.", static (in row) => ProcessFacts.Descriptors(row.Sample)),
        Number("fd_ratio", Measure.Ratio, "Open file descriptors, of its soft limit.", static (in row) => ProcessFacts.DescriptorRatio(row)),
        Number("io_read", Measure.SizeRate, "Fetched from storage.", static (in row) => row.Rates.DiskRead),
        Number("io_write", Measure.SizeRate, "Sent to storage.", static (in row) => row.Rates.DiskWrite),
        Number("major_faults", Measure.Rate, "Page faults that waited for storage.", static (in row) => row.Rates.MajorFaults),
        Number("uptime", Measure.Duration, "Time since it started.", static (in row) => row.Uptime?.TotalSeconds),
    ];

    /// <summary>All fields, in the order in which they are documented.</summary>
    public static IReadOnlyList<Field> All => Fields;

    /// <summary>The field of this name, exactly; null if there is none.</summary>
    public static Field? Find(string name) => Array.Find(Fields, field => field.Name == name);

    private static NumberField Number(string name, Measure measure, string description, NumberReader reader, bool isStatic = false) =>
        new(name, measure, description, reader, isStatic);

    private static TextField Text(string name, string description, TextReader reader, bool isStatic = false) =>
        new(name, description, reader, isStatic);

    private static TextField Words(string name, string description, IReadOnlyList<string> words, TextReader reader) =>
        new(name, $"{description[..^1]}: {string.Join(", ", words)}.", reader, isStatic: false, words);

    private static FlagField Flag(string name, string description, FlagReader reader) => new(name, description, reader, isStatic: false);

    /// <summary>A process that lives on without its main thread is not defunct, though stat says so.</summary>
    private static string? State(in ProcessRow row) => row.Sample.Stat.IsLeaderless ? null : ProcessStates.NameOf(row.Sample.Stat.State);
}

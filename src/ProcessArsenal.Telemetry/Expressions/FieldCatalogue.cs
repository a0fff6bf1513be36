using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Analysis.Categories;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>Every field that an expression can ask for. To add one, add its line and run the tests with UPDATE_GOLDEN=1.</summary>
public static class FieldCatalogue
{
    private static readonly Field[] Fields =
    [
        Number("pid", Measure.Count, "Process id.", static (in row) => row.Sample.Identity.Pid, isStatic: true),
        Number("ppid", Measure.Count, "Parent's process id; 0 if it has none that we may see.", static (in row) => row.Sample.Stat.ParentPid),
        Text("name", "comm: at most 15 bytes, chosen by the process.", static (in row) => row.Description.Name is { Length: > 0 } name ? name : null, isStatic: true),
        Text("exe", "Path of the executable.", static (in row) => row.Description.Executable, isStatic: true),
        Text("cmdline", "Arguments, capped, chosen by the process; what may be a secret among them is ***, and can't be asked for.", static (in row) => row.Description.ShownCommandLine, isStatic: true),
        Text("group", "Group that it is counted in.", static (in row) => row.Group, hasPast: true),
        Text("user", "Name of the effective user, else the number.", static (in row) => row.Description.User, isStatic: true),
        Text("container", "Id of its container, 64 hexadecimal digits.", static (in row) => row.Description.Container, isStatic: true, WholeContainer),
        Text("unit", "Its systemd service or scope, in full.", static (in row) => row.Description.Unit, isStatic: true),
        Text("owner", "Who would start it again, as its control group says: its container, else its systemd service.",
            static (in row) => row.Description.Container ?? (row.Description.Unit is { } unit && unit.EndsWith(".service", StringComparison.Ordinal) ? unit : null), isStatic: true),
        new TextField("runtime", "What runs it: dotnet, jvm, node, python, ...; unknown if none of them does, or none that is known.", static (in row) => Categorizer.RuntimeOf(row),
            isStatic: false, ProcessCategory.Runtimes, hasPast: true),
        Words("category", "What kind of program it is, by its executable, what that runs, and what it tells.", ProcessCategory.All, static (in row) => Categorizer.NameOf(row)),
        Words("state", "State of the main thread.", ProcessStates.Names, static (in row) => State(in row)),
        Flag("dead", "Dead, and not reaped by its parent (a zombie).", static (in row) => row.Sample.Stat.IsZombie),
        Number("memory", Measure.Size, "Resident memory.", static (in row) => ProcessFacts.ResidentBytes(row.Sample), signal: HistorySignal.Memory),
        Number("memory_anonymous", Measure.Size, "Resident memory not backed by files.", static (in row) => ProcessFacts.AnonymousBytes(row.Sample), signal: HistorySignal.MemoryAnonymous),
        Number("memory_swap", Measure.Size, "Memory swapped out.", static (in row) => ProcessFacts.SwapBytes(row.Sample)),
        Number("memory_growth", Measure.SizeRate, "How fast memory grows over the last 10 minutes, of which at least 5 must be known: the median slope of its lows.",
            static (in row) => Growth.PerSecond(row, HistorySignal.Memory), looksBack: true),
        Number("memory_virtual", Measure.Size, "Address space.", static (in row) => ProcessFacts.VirtualBytes(row.Sample)),
        Number("cpu", Measure.Cores, "CPU in use.", static (in row) => row.Rates.Cpu, signal: HistorySignal.Cpu),
        Number("cpu_time", Measure.Duration, "CPU time used since it started.", static (in row) => ProcessFacts.CpuSeconds(row.Sample)),
        Number("threads", Measure.Count, "Threads.", static (in row) => row.Sample.Stat.Threads, signal: HistorySignal.Threads),
        Number("fds", Measure.Count, "Open file descriptors.", static (in row) => ProcessFacts.Descriptors(row.Sample), signal: HistorySignal.Descriptors),
        Number("fd_ratio", Measure.Ratio, "Open file descriptors, of its soft limit.", static (in row) => ProcessFacts.DescriptorRatio(row),
            past: static (in row, in moment) => moment.Value(HistorySignal.Descriptors) / row.Description.DescriptorLimit),
        Number("io_read", Measure.SizeRate, "Fetched from storage.", static (in row) => row.Rates.DiskRead, signal: HistorySignal.DiskRead),
        Number("io_write", Measure.SizeRate, "Sent to storage.", static (in row) => row.Rates.DiskWrite, signal: HistorySignal.DiskWrite),
        Number("major_faults", Measure.Rate, "Page faults that waited for storage.", static (in row) => row.Rates.MajorFaults, signal: HistorySignal.MajorFaults),
        Number("run_queue_wait", Measure.Seconds, "Time that its threads were ready to run and had no CPU, summed over threads.",
            static (in row) => row.Rates.RunQueueWait, signal: HistorySignal.RunQueueWait),
        Number("threadpool_queue", Measure.Count, "Work items that wait for a thread of the .NET thread pool.",
            static (in row) => row.Runtime?.ThreadPoolQueue, signal: HistorySignal.ThreadPoolQueue),
        Number("threadpool_threads", Measure.Count, "Threads of the .NET thread pool.",
            static (in row) => row.Runtime?.ThreadPoolThreads, signal: HistorySignal.ThreadPoolThreads),
        Number("gc_heap", Measure.Size, "Heap of .NET after its latest garbage collection.",
            static (in row) => row.Runtime?.GcHeap, signal: HistorySignal.GcHeap),
        Number("gc_pause_ratio", Measure.Ratio, "Share of the time since the last sample in which garbage collections of .NET had all threads wait.",
            static (in row) => row.Runtime?.GcPauseRatio, signal: HistorySignal.GcPauseRatio),
        Number("exceptions", Measure.Rate, "Exceptions thrown by .NET code, caught ones included; unknown before the first.",
            static (in row) => row.Runtime?.Exceptions, signal: HistorySignal.Exceptions),
        Number("requests", Measure.Rate, "HTTP requests answered by ASP.NET Core; unknown before the first.",
            static (in row) => row.Runtime?.Requests, signal: HistorySignal.Requests),
        Number("uptime", Measure.Duration, "Time since it started.", static (in row) => row.Uptime?.TotalSeconds,
            past: static (in row, in moment) => (row.Uptime - moment.Age)?.TotalSeconds),
    ];

    /// <summary>All fields, in the order in which they are documented.</summary>
    public static IReadOnlyList<Field> All => Fields;

    /// <summary>The field of this name, exactly; null if there is none.</summary>
    public static Field? Find(string name) => Array.Find(Fields, field => field.Name == name);

    /// <summary>Names of those that <c>growing</c> can follow.</summary>
    internal static IEnumerable<string> Growing => Fields.OfType<NumberField>().Where(static known => known.Signal is not null).Select(static known => known.Name);

    /// <summary>Names of those that <c>for</c> can follow.</summary>
    internal static IEnumerable<string> Lasting => Fields.Where(static known => known.HasPast).Select(static known => known.Name);

    private static NumberField Number(
        string name, Measure measure, string description, NumberReader reader, bool isStatic = false, HistorySignal? signal = null, PastReader? past = null,
        bool looksBack = false) =>
        new(name, measure, description, reader, isStatic, signal, past) { LooksBack = looksBack };

    private static TextField Text(string name, string description, TextReader reader, bool isStatic = false, Func<string, string?>? advice = null, bool hasPast = false) =>
        new(name, description, reader, isStatic, hasPast: hasPast) { Advice = advice };

    /// <summary>Tools show the first twelve digits.</summary>
    private static string? WholeContainer(string id) => id.Length is >= 4 and < 64 && id.All(char.IsAsciiHexDigitLower) ? $"an id has 64 digits; for those that begin so write container ~ \"^{id}\"" : null;

    private static TextField Words(string name, string description, IReadOnlyList<string> words, TextReader reader) =>
        new(name, $"{description[..^1]}: {string.Join(", ", words)}.", reader, isStatic: false, words);

    private static FlagField Flag(string name, string description, FlagReader reader) => new(name, description, reader, isStatic: false);

    /// <summary>A process that lives on without its main thread is not defunct, though stat says so.</summary>
    private static string? State(in ProcessRow row) => row.Sample.Stat.IsLeaderless ? null : ProcessStates.NameOf(row.Sample.Stat.State);
}

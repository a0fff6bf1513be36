using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;
using Spectre.Console;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>ps</c>: the processes of this host, read from the kernel there and then.</summary>
internal static class PsCommand
{
    private const string WithoutPast =
        "this needs earlier samples, and here there are two only, a quarter of a second apart: ask a daemon, which remembers (--server http://127.0.0.1:9465)";

    private static readonly Dictionary<string, Comparison<ProcessView>> Orders = new(StringComparer.Ordinal)
    {
        ["cpu"] = (a, b) => Descending(a.Cpu, b.Cpu),
        ["memory"] = (a, b) => Descending(a.Memory, b.Memory),
        ["io"] = (a, b) => Descending(a.DiskRead + a.DiskWrite, b.DiskRead + b.DiskWrite),
        ["threads"] = (a, b) => b.Threads.CompareTo(a.Threads),
        ["fds"] = (a, b) => Descending(a.FileDescriptors, b.FileDescriptors),
        ["age"] = (a, b) => Descending(a.Uptime, b.Uptime),
        ["pid"] = (a, b) => a.Pid.CompareTo(b.Pid),
        ["name"] = (a, b) => string.CompareOrdinal(a.Name, b.Name),
    };

    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var command = new Command("ps", "List processes with CPU, memory, I/O and group; works without a running daemon.") { list.Where };
        Configure(command, context, settings, list, list.TryParseWhere);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal ps --limit 10
              process-arsenal ps --where 'group = "nginx.service" or memory > 1GiB' --sort memory
              process-arsenal ps --watch 2s --limit 20
              process-arsenal ps --output json | jq '.[] | select(.threads > 100) | .identity'
              process-arsenal ps --server https://web-1:9465 --token-file viewer.token

            CPU is in percent of one core, over a quarter of a second (of a daemon: over its interval). A dash is a value that can't be read (run as root,
            or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH).
            """);
        return command;
    }

    /// <summary><c>find</c>: the same for those that an expression selects.</summary>
    public static Command CreateFind(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var expression = new Argument<string>("expression") { Description = "Which processes, for example: memory > 200MiB and cpu > 50%. See docs/expressions.md." };
        var command = new Command("find", "Find processes by an expression; works without a running daemon.") { expression };
        Configure(command, context, settings, list, (ParseResult result, out Expression? where, string? withoutPast) => ListOptions.TryParse(result.GetValue(expression), "expression", result, out where, withoutPast));
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal find 'memory > 200MiB and not user = "root"'
              process-arsenal find 'fd_ratio > 80% or state = "defunct"'
              process-arsenal find 'name = "nginx"' --output json | jq -r '.[].identity'

            A process without a value for a field is not found by a condition on it, nor by its opposite; has(field) tells who has one.
            """);
        return command;
    }

    private delegate bool WhereParser(ParseResult result, out Expression? where, string? withoutPast);

    private static void Configure(Command command, CommandContext context, SettingsOptions settings, ListOptions list, WhereParser parseWhere)
    {
        Option<string> sort = Options.Choice("--sort", [.. Orders.Keys], "What to sort by, greatest first (pid and name: least first).");
        Option<int?> limit = Options.Number("--limit", least: 0, "Print at most so many; 0 is all. [default: 0]", "number", "-n");
        var kernel = new Option<bool>("--kernel") { Description = "Show kernel threads too." };
        var server = new ServerOptions(context);
        var watch = new WatchOption();
        foreach (Option option in (Option[])[sort, limit, kernel, list.Output, watch.Option]) command.Add(option);
        server.AddTo(command);
        settings.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            if (!parseWhere(result, out Expression? where, server.IsGiven(result) ? null : WithoutPast)) return CommandLine.Usage;
            using ApiClient? client = server.IsGiven(result) ? server.Connect(result, configuration) : null;
            return await watch.RunAsync(result, PrintAsync, cancellation).ConfigureAwait(false);

            async Task<int> PrintAsync()
            {
                bool withKernel = result.GetValue(kernel) || where is not null;
                List<ProcessView> processes = client is null
                    ? await LocalSnapshot.ReadAsync(configuration, snapshot => Select(snapshot, where), TimeProvider.System, cancellation).ConfigureAwait(false)
                    : await RemoteProcesses.ListAsync(client, where?.Text, cancellation).ConfigureAwait(false);
                if (!withKernel) processes.RemoveAll(static process => process.Kernel == true);
                processes.Sort(Orders[result.GetValue(sort)!]);
                int found = processes.Count;
                if (result.GetValue(limit) is > 0 and var most && found > most) processes.RemoveRange(most, found - most);
                TextWriter output = result.InvocationConfiguration.Output;
                if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(processes, ViewJson.Default.ListProcessView));
                else Terminal.Write(output, Render(processes), colours: Terminal.HasColours);
                if (found == 0 && where is not null) result.InvocationConfiguration.Error.WriteLine("process-arsenal: there is no such process.");
                return CommandLine.Done;
            }
        });
    }

    private static List<ProcessView> Select(Snapshot snapshot, Expression? where)
    {
        var views = new List<ProcessView>();
        foreach (ref readonly ProcessRow row in snapshot.Processes)
        {
            if (where is null || where.Evaluate(row) == Truth.True) views.Add(ProcessView.Of(row));
        }
        return views;
    }

    private static Table Render(List<ProcessView> processes)
    {
        List<string[]> rows = [["PID", "CPU%", "MEM", "THR", "FDS", "READ/s", "WRITE/s", "AGE", "USER", "STATE", "GROUP", "COMMAND"]];
        rows.AddRange(processes.Select(Cells));
        return Terminal.Table(rows, rightAligned: 8);
    }

    private static string[] Cells(ProcessView p) =>
    [
        p.Pid.ToString(CultureInfo.InvariantCulture),
        Terminal.Percent(p.Cpu),
        Terminal.Bytes(p.Memory),
        p.Threads.ToString(CultureInfo.InvariantCulture),
        p.FileDescriptors?.ToString("0", CultureInfo.InvariantCulture) ?? "-",
        Terminal.Bytes(p.DiskRead),
        Terminal.Bytes(p.DiskWrite),
        Terminal.Age(p.Uptime),
        Terminal.Printable(p.User ?? "-", 16),
        p.State ?? "-",
        Terminal.Printable(p.Group ?? "-", 32),
        Terminal.Printable(string.IsNullOrEmpty(p.CommandLine) ? $"[{p.Name}]" : p.CommandLine, Terminal.Width),
    ];

    /// <summary>Greatest first, unreadable last.</summary>
    private static int Descending(double? a, double? b) => (b ?? double.NegativeInfinity).CompareTo(a ?? double.NegativeInfinity);
}

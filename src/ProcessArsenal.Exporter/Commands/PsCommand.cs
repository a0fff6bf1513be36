using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;
using Spectre.Console;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>ps</c>: the processes of this host, read from the kernel there and then.</summary>
internal static class PsCommand
{
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
        Option<string> sort = Options.Choice("--sort", [.. Orders.Keys], "What to sort by, greatest first (pid and name: least first).");
        Option<int?> limit = Options.Number("--limit", least: 0, "Print at most so many; 0 is all. [default: 0]", "number", "-n");
        var kernel = new Option<bool>("--kernel") { Description = "Show kernel threads too." };

        var command = new Command("ps", "List processes with CPU, memory, I/O and group; works without a running daemon.");
        foreach (Option option in (Option[])[list.Where, sort, limit, kernel, list.Output]) command.Add(option);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal ps --limit 10
              process-arsenal ps --where 'group = "nginx.service" or memory > 1GiB' --sort memory
              process-arsenal ps --output json | jq '.[] | select(.threads > 100) | .identity'

            CPU is in percent of one core, over a quarter of a second. A dash is a value that can't be read (run as root, or with
            CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH).
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            if (!list.TryParseWhere(result, out Expression? where)) return CommandLine.Usage;
            List<ProcessView>? processes = await ReadAsync(configuration, where, result.GetValue(kernel), result, cancellation).ConfigureAwait(false);
            if (processes is null) return CommandLine.Failed;
            processes.Sort(Orders[result.GetValue(sort)!]);
            if (result.GetValue(limit) is > 0 and var most && processes.Count > most) processes.RemoveRange(most, processes.Count - most);
            TextWriter output = result.InvocationConfiguration.Output;
            if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(processes, ProcessViewJson.Default.ListProcessView));
            else Terminal.Write(output, Render(processes), colours: !Console.IsOutputRedirected);
            return CommandLine.Done;
        });
        return command;
    }

    private static async Task<List<ProcessView>?> ReadAsync(
        ExporterConfiguration configuration, Expression? where, bool kernel, ParseResult result, CancellationToken cancellation)
    {
        try
        {
            return await LocalSnapshot.ReadAsync(configuration, snapshot => Select(snapshot, where, kernel), TimeProvider.System, cancellation)
                .ConfigureAwait(false);
        }
        catch (IOException e)
        {
            result.InvocationConfiguration.Error.WriteLine($"process-arsenal: {e.Message}");
            return null;
        }
    }

    private static List<ProcessView> Select(Snapshot snapshot, Expression? where, bool kernel)
    {
        var views = new List<ProcessView>();
        foreach (ref readonly ProcessRow row in snapshot.Processes)
        {
            if (row.Description.IsKernelThread && !kernel && where is null) continue;
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

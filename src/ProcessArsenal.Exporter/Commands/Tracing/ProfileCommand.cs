using System.CommandLine;
using System.Globalization;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Exporter.Api;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Text;
using ProcessArsenal.Telemetry.Tracing.Profiles;
using ProcessArsenal.Telemetry.Tracing.Reports;

namespace ProcessArsenal.Exporter.Commands.Tracing;

/// <summary><c>profile</c>: where the CPU time of processes goes, of one, or of the busiest side by side.</summary>
internal static class ProfileCommand
{
    /// <summary>Of the busiest, those that take the place of such as can't be recorded.</summary>
    private const int Spare = 4;

    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var server = new ServerOptions(context);
        var processes = new Argument<string[]>("process") { Arity = ArgumentArity.ZeroOrMore, Description = "Identities, or pids, which mean whoever has them now." };
        var native = new Option<bool>("--native") { Description = "By the kernel's samples: native code, .NET and the kernel itself, of any process." };
        var managed = new Option<bool>("--managed") { Description = "By the runtime's samples: .NET alone, and every thread, also such as wait. Without either it is --native where the kernel lets us sample processors, or the process is not of .NET." };
        Option<int?> busiest = Options.Number("--busiest", 1, $"The processes (with --managed: of .NET) that use most CPU now, so many of them; {TraceSessions.MostAtOnce} at most.", "number");
        var duration = new Option<string>("--duration", "-d") { HelpName = "duration", Description = $"How long; Ctrl-C ends it earlier. [default: {Configuration.Durations.Format(TraceOrder.UsualDuration)}]" };
        Option<long?> bytes = TraceCommand.Bytes();
        (ProfileFormat Format, Option<string> Option)[] exports =
            [.. ProfileFormats.All.Select(static format => (format, new Option<string>($"--{format.Name}") { HelpName = "path", Description = $"Of one process: also write the profile to this file, for {format.Help}." }))];
        var command = new Command("profile", "Have the daemon find out where the CPU time of processes goes.") { processes, busiest, native, managed, duration, bytes };
        foreach ((_, Option<string> option) in exports) command.Add(option);
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal profile 4711
              process-arsenal profile 4711 -d 30s --speedscope slow.speedscope.json
              process-arsenal profile --busiest 3                   side by side, over the same seconds

              process-arsenal profile 4711 --managed                as the runtime of a .NET process samples itself

            The kernel samples the stacks of what runs on each processor, a thousand times a second: of programs in any language, down into the kernel. For
            that the daemon needs CAP_PERFMON (root has it), or kernel.perf_event_paranoid of 0 or less; without, a .NET process is asked to sample itself, and
            another can be sampled at the cost of its context switches, if the kernel allows that. Where the runtime samples, it takes the stacks of all threads;
            those that wait are left out, and of the others each has the CPU time that the kernel says it had. It takes a token with the role diagnose.
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return ServerOptions.WithoutFile(result);
            TextWriter error = result.InvocationConfiguration.Error, output = result.InvocationConfiguration.Output;
            string[] named = result.GetValue(processes) ?? [];
            int? most = result.GetValue(busiest);
            if (named.Length == 0 == most is null || named.Length > TraceSessions.MostAtOnce || most > TraceSessions.MostAtOnce)
            {
                error.WriteLine($"process-arsenal: say which: processes, or --busiest, and no more than {TraceSessions.MostAtOnce}: process-arsenal profile 4711");
                return CommandLine.Usage;
            }
            if (result.GetValue(native) && result.GetValue(managed))
            {
                error.WriteLine("process-arsenal: --native and --managed are two ways to the same: take one.");
                return CommandLine.Usage;
            }
            string preset = result.GetValue(native) ? TraceOrder.Native : result.GetValue(managed) ? TraceOrder.Managed : TraceOrder.Profile;
            if (named.FirstOrDefault(static text => ProcessName.Parse(text) is null) is { } wrong)
            {
                error.WriteLine($"process-arsenal: '{Quoting.Cap(wrong)}' is no identity such as 4711-65123-ab12cd34, and no pid. To find one: process-arsenal find 'cpu > 10%'");
                return CommandLine.Usage;
            }
            if (exports.Any(export => result.GetValue(export.Option) is not null) && (most ?? named.Length) > 1)
            {
                error.WriteLine("process-arsenal: a file takes the profile of one process: name one.");
                return CommandLine.Usage;
            }
            if (exports.Select(export => result.GetValue(export.Option)).OfType<string>().Select(NewFile.WhyNot).FirstOrDefault(static why => why is not null) is { } taken)
            {
                error.WriteLine($"process-arsenal: {taken}");
                return CommandLine.Usage;
            }
            using ApiClient client = server.Connect(result, configuration, working: TimeSpan.FromSeconds(60));
            if (most is { } count) named = await BusiestAsync(client, count + Spare, result.GetValue(managed), cancellation).ConfigureAwait(false);
            if (named.Length == 0)
            {
                error.WriteLine($"process-arsenal: no {(result.GetValue(managed) ? ".NET " : "")}process is seen to run.");
                return CommandLine.Failed;
            }
            var traces = new RemoteTraces(client, TimeProvider.System);
            var begun = new List<TraceRecord>();
            try
            {
                foreach (string name in named)
                {
                    if (begun.Count == most) break;
                    try
                    {
                        begun.Add(await traces.BeginAsync(TraceCommand.Body(ProcessName.Parse(name)!, [preset], [], result.GetValue(duration), result.GetValue(bytes), reason: null), cancellation).ConfigureAwait(false));
                    }
                    catch (ServerException e) when (most is not null && !e.IsUsage && (begun.Count > 0 || name != named[^1]))
                    {
                        error.WriteLine($"process-arsenal: left out: {Terminal.Printable(e.Message, 1024)}"); // It may be the daemon itself, or one that ends meanwhile.
                    }
                }
            }
            catch
            {
                // Side by side or not at all: nobody would wait for those that have begun.
                foreach (TraceRecord record in begun) await traces.StopAsync(record.Id, CancellationToken.None).ConfigureAwait(false);
                throw;
            }
            TraceRecord[] ended = await traces.FollowAsync(begun, error, cancellation).ConfigureAwait(false);
            var reports = new List<(TraceRecord Record, TraceReport Report)>();
            foreach (TraceRecord record in ended) reports.Add((record, await traces.ReportAsync(record.Id, CancellationToken.None).ConfigureAwait(false)));
            if (reports.Count > 1) Compare(reports, output);
            foreach ((TraceRecord record, TraceReport report) in reports)
            {
                output.WriteLine($"{Terminal.Printable(record.Name)} {record.Identity}, kept as {record.Id}");
                ReportText.Write(report, output);
                if (record.Wrong is { } broken) output.WriteLine($"! It ended before its time ({record.Ended}): {Terminal.Printable(broken, 1024)}");
            }
            foreach ((ProfileFormat format, Option<string> option) in exports)
                if (result.GetValue(option) is { } path) await traces.DownloadAsync(ended[0].Id, format.Name, path, CancellationToken.None).ConfigureAwait(false);
            return CommandLine.Done;
        });
        return command;
    }

    private static async Task<string[]> BusiestAsync(ApiClient client, int count, bool isManaged, CancellationToken cancellation)
    {
        string which = isManaged ? "runtime = \"dotnet\" and has(gc_heap)" : "cpu > 0 and memory > 0"; // Threads of the kernel have none.
        string path = string.Create(CultureInfo.InvariantCulture, $"/api/v1/processes?where={Uri.EscapeDataString(which)}&sort=cpu&order=desc&limit={count}");
        ProcessListView list = await client.GetAsync(path, ViewJson.Default.ProcessListView, cancellation).ConfigureAwait(false);
        return [.. list.Processes.Select(static process => process.Identity)];
    }

    private static void Compare(List<(TraceRecord Record, TraceReport Report)> reports, TextWriter output)
    {
        List<string[]> rows = [["CPU s", "SELF%", "HOTTEST METHOD", "PROCESS"]];
        foreach ((TraceRecord record, TraceReport report) in reports.OrderByDescending(static one => one.Report.Cpu?.Seconds ?? 0))
        {
            HotMethod? hottest = report.Cpu?.Hot is [var first, ..] ? first : null;
            rows.Add([(report.Cpu?.Seconds ?? 0).ToString("0.00", CultureInfo.InvariantCulture), Terminal.Percent(hottest?.ExclusivePart), Terminal.Printable(hottest?.Method ?? "-", 200), $"{Terminal.Printable(record.Name)} {record.Pid}"]);
        }
        Terminal.Write(output, Terminal.Table(rows, rightAligned: 2), Terminal.HasColours);
        output.WriteLine();
    }
}

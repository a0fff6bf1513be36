using System.CommandLine;
using System.Text.Json;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Tracing.Events;
using ProcessArsenal.Telemetry.Tracing.Profiles;
using ProcessArsenal.Telemetry.Tracing.Reports;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>report</c>: what a recording of a .NET process tells; works without a running daemon, and on any host.</summary>
internal static class ReportCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var file = new Argument<string>("file") { Description = "A recording: .nettrace, by this program, dotnet-trace, dotnet-monitor or Visual Studio; or a native profile of this program (profile.json.gz)." };
        Option<string> output = Options.Choice("--output", ["table", "json"], "How to print.", "-o"), method = Tracing.TraceParts.MethodOf();
        (ProfileFormat Format, Option<string> Option)[] exports =
            [.. ProfileFormats.All.Select(static format => (format, new Option<string>($"--{format.Name}") { HelpName = "path", Description = $"Also write where CPU time went to this file, for {format.Help}." }))];
        var command = new Command("report", "Say what a recording (.nettrace, or a native profile) tells: what stands out, and where time, memory and exceptions come from.") { file, method, output };
        foreach ((_, Option<string> option) in exports) command.Add(option);
        HelpText.Attach(command,
            """
            Examples:
              dotnet-trace collect -p 4711 --duration 00:00:10      makes trace.nettrace
              process-arsenal report trace.nettrace                 what stands out, the hottest methods, collections, exceptions, locks
              process-arsenal report trace.nettrace --speedscope out.speedscope.json
              process-arsenal report trace.nettrace --method Orders.Find
              process-arsenal report trace.nettrace -o json | jq -r '.cpu.hot[] | [.exclusive_part, .method] | @tsv'

            Reading makes files of about its size in the directory for temporary files (TMPDIR), and removes them.
            A recording tells of what it was asked for alone. CPU time is counted by samples of threads that are in no method that waits.
            """);
        command.SetAction(async (result, cancellation) =>
        {
            TextWriter text = result.InvocationConfiguration.Output, error = result.InvocationConfiguration.Error;
            string path = result.GetRequiredValue(file);
            string[] written = [path, .. exports.Select(export => result.GetValue(export.Option)).OfType<string>()];
            if (written.Select(static one => Path.GetFullPath(one)).Distinct().Count() < written.Length)
            {
                error.WriteLine("process-arsenal: a file is named twice: each form needs one of its own, and the recording stays as it is.");
                return CommandLine.Usage;
            }
            if (!Console.IsErrorRedirected) error.WriteLine($"Reading {Terminal.Printable(path)} ...");
            NamePattern? pattern = result.GetValue(method) is { } name ? NamePattern.Parse(name) : null;
            if (pattern is null && result.GetValue(method) is not null)
            {
                error.WriteLine($"process-arsenal: --method takes the name of a method, or a part of it, of at most {NamePattern.Longest} characters.");
                return CommandLine.Usage;
            }
            TraceDigest digest = await Task.Run(() => TraceDigest.Read(path, method: pattern, takesLater: true), cancellation).ConfigureAwait(false);
            if (result.GetValue(output) == "json") text.WriteLine(JsonSerializer.Serialize(digest.Report, ViewJson.Default.TraceReport));
            else ReportText.Write(digest.Report, text);
            foreach ((ProfileFormat format, Option<string> option) in exports)
            {
                if (result.GetValue(option) is not { } target) continue;
                if (!digest.HasProfile)
                {
                    error.WriteLine($"process-arsenal: {Terminal.Printable(path)} has no samples of stacks, so there is nothing for {option.Name}: record with the profile of CPU samples.");
                    return CommandLine.Failed;
                }
                using FileStream stream = File.Create(target);
                digest.Export(format, stream);
            }
            return CommandLine.Done;
        });
        return command;
    }
}

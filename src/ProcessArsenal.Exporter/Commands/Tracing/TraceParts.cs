using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Tracing.Profiles;
using ProcessArsenal.Telemetry.Tracing.Reports;

namespace ProcessArsenal.Exporter.Commands.Tracing;

/// <summary>What one does with recordings that there are: <c>trace list</c>, <c>report</c>, <c>events</c>, <c>get</c>, <c>stop</c>, <c>delete</c>.</summary>
internal static class TraceParts
{
    private static readonly string[] Formats = ["nettrace", .. ProfileFormats.All.Select(static format => format.Name)];

    public static Command[] Create(CommandContext context, SettingsOptions settings) =>
        [CreateList(context, settings), CreateReport(context, settings), TraceEventsCommand.Create(context, settings), CreateGet(context, settings), CreateStop(context, settings), CreateDelete(context, settings)];

    private static Command CreateList(CommandContext context, SettingsOptions settings)
    {
        Option<string> output = Options.Choice("--output", ["table", "json"], "How to print.", "-o");
        return Part(context, settings, new Command("list", "List recordings, the latest first.") { output }, async (traces, result, cancellation) =>
        {
            TraceListView list = await traces.ListAsync(cancellation).ConfigureAwait(false);
            Print(list, result.GetValue(output) == "json", result.InvocationConfiguration.Output);
        });
    }

    private static Command CreateReport(CommandContext context, SettingsOptions settings)
    {
        Argument<string> id = IdOf();
        Option<string> output = Options.Choice("--output", ["table", "json"], "How to print.", "-o"), method = MethodOf();
        return Part(context, settings, new Command("report", "Say what a recording tells.") { id, method, output }, async (traces, result, cancellation) =>
        {
            TraceReport report = await traces.ReportAsync(result.GetRequiredValue(id), cancellation, result.GetValue(method)).ConfigureAwait(false);
            if (result.GetValue(output) == "json") result.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(report, ViewJson.Default.TraceReport));
            else ReportText.Write(report, result.InvocationConfiguration.Output);
        });
    }

    private static Command CreateGet(CommandContext context, SettingsOptions settings)
    {
        Argument<string> id = IdOf(), path = new("path") { Description = "The file to write; it must not be there yet." };
        Option<string> format = Options.Choice("--format", Formats, "In which form; else by the file's name (.nettrace, .speedscope.json, .pb.gz, .folded), or as it is: .nettrace, or the profile by the kernel's samples.");
        format.DefaultValueFactory = null;
        return Part(context, settings, new Command("get", "Write a recording to a file, for other tools.") { id, path, format }, (traces, result, cancellation) =>
            traces.DownloadAsync(result.GetRequiredValue(id), result.GetValue(format) ?? FormatOf(result.GetRequiredValue(path)), result.GetRequiredValue(path), cancellation));
    }

    /// <summary>What a file is to have inside, by its name: nobody is to have a profile that is called .nettrace.</summary>
    private static string? FormatOf(string path) =>
        path.EndsWith($".{Formats[0]}", StringComparison.Ordinal) ? Formats[0] : Array.Find(ProfileFormats.All, format => path.EndsWith(format.Extension, StringComparison.Ordinal))?.Name;

    private static Command CreateStop(CommandContext context, SettingsOptions settings)
    {
        var id = new Argument<string?>("id") { Arity = ArgumentArity.ZeroOrOne, Description = "Which recording." };
        var all = new Option<bool>("--all") { Description = "All that go on." };
        var command = new Command("stop", "End a recording; what it has is kept.") { id, all };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == result.GetValue(id) is not null) result.AddError("stop takes the id of a recording, or --all.");
        });
        return Part(context, settings, command, async (traces, result, cancellation) =>
        {
            TraceListView ended = result.GetValue(id) is { } one ? new TraceListView([await traces.StopAsync(one, cancellation).ConfigureAwait(false)]) : await traces.StopAllAsync(cancellation).ConfigureAwait(false);
            Print(ended, isJson: false, result.InvocationConfiguration.Output);
        });
    }

    private static Command CreateDelete(CommandContext context, SettingsOptions settings)
    {
        Argument<string> id = IdOf();
        return Part(context, settings, new Command("delete", "Remove a recording that has ended. It takes a token with the role operate.") { id }, (traces, result, cancellation) =>
            traces.DeleteAsync(result.GetRequiredValue(id), cancellation));
    }

    public static Option<string> MethodOf() =>
        new("--method") { HelpName = "name", Description = "Say more of the methods that are called so (a part of the name, or all of it with * and ?): who calls them, and what they call." };

    public static Argument<string> IdOf() => new("id") { Description = "Which recording: process-arsenal trace list." };

    public static Command Part(CommandContext context, SettingsOptions settings, Command command, Func<RemoteTraces, ParseResult, CancellationToken, Task> run)
    {
        var server = new ServerOptions(context);
        server.AddTo(command);
        settings.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return ServerOptions.WithoutFile(result);
            using ApiClient client = server.Connect(result, configuration, working: TimeSpan.FromSeconds(60));
            await run(new RemoteTraces(client, TimeProvider.System), result, cancellation).ConfigureAwait(false);
            return CommandLine.Done;
        });
        return command;
    }

    /// <summary>Of one that broke off with the daemon nobody has counted anything.</summary>
    private static bool IsCounted(TraceRecord record) => record.State == TraceState.Recording || record.Duration is not null;

    private static void Print(TraceListView list, bool isJson, TextWriter output)
    {
        if (isJson)
        {
            output.WriteLine(JsonSerializer.Serialize(list, ViewJson.Default.TraceListView));
            return;
        }
        List<string[]> rows = [["ID", "BEGAN", "SECONDS", "EVENTS", "BYTES", "STATE", "FOR", "PROCESS"]];
        rows.AddRange(list.Traces.Select(static record => (string[])
        [
            record.Id, record.Began.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), IsCounted(record) ? (record.Duration ?? record.Asked).ToString("0.0", CultureInfo.InvariantCulture) : "-",
            IsCounted(record) ? record.Events.ToString("N0", CultureInfo.InvariantCulture) : "-", Terminal.Bytes(record.Bytes), record.State == TraceState.Recording ? "recording" : record.Wrong is null ? record.Ended ?? "done" : $"{record.Ended}: {Terminal.Printable(record.Wrong)}",
            Terminal.Printable(string.Join(',', record.For)), $"{Terminal.Printable(record.Name)} {record.Identity}",
        ]));
        Terminal.Write(output, Terminal.Table(rows, rightAligned: 0), Terminal.HasColours);
    }
}

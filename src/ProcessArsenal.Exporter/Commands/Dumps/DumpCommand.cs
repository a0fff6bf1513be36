using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Exporter.Api;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Text;
using ProcessArsenal.Telemetry.Tracing.Heaps;

namespace ProcessArsenal.Exporter.Commands.Dumps;

/// <summary><c>dump</c>: has the daemon write what a process has in its memory, and what it has written.</summary>
internal static class DumpCommand
{
    /// <summary>Beside the freeze: it is found out, asked, copied.</summary>
    private static readonly TimeSpan Working = TimeSpan.FromMinutes(30);

    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var server = new ServerOptions(context);
        Option<string> output = Options.Choice("--output", ["table", "json"], "How to print.", "-o");
        Option<string> type = Options.Choice(
            "--type", [DumpOrder.UsualType, .. DumpOrder.Types.Select(static type => type.Name).Where(static name => name != DumpOrder.UsualType)], $"What is written. {string.Join("; ", DumpOrder.Types.Select(static type => $"{type.Name}: {type.Help}"))}.", "-t");
        var process = new Argument<string?>("process") { Arity = ArgumentArity.ZeroOrOne, Description = "Identity, or pid, which means whoever has it now." };
        var freeze = new Option<string>("--max-freeze") { HelpName = "duration", Description = $"How long the process may stand still; if it becomes longer it is let go, without a dump. [default: {Durations.Format(DumpOrder.UsualMaxFreeze)}]" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what it would take, and whether a guard is against it." };
        var reason = new Option<string>("--reason") { HelpName = "text", Description = "Why; kept in the ledger." };
        var file = new Option<string>("--file", "-f") { HelpName = "path", Description = "Also write the dump to this file, readable by you alone." };
        var command = new Command("dump", "Have the daemon write what a process has in its memory into a file. The process stands still meanwhile.") { process, type, freeze, dryRun, reason, file, output };
        server.AddTo(command);
        settings.AddTo(command);
        command.Add(CreateList(context, settings));
        command.Add(CreateGet(context, settings));
        command.Add(CreateDelete(context, settings));
        command.Add(CreateHeap(context, settings));
        command.Add(CreateCompare(context, settings));
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal dump 4711 --dry-run                   how large it would be, and how long the process would stand still
              process-arsenal dump 4711                             all objects of a .NET process
              process-arsenal dump 4711 -t mini -f hang.dmp         its threads and stacks, which takes a moment; then: dotnet-dump analyze hang.dmp
              process-arsenal dump 4711 -t core                     any process, by gdb
              process-arsenal dump 4711 -t gcdump                   which types fill the heap of a .NET process, and who holds them
              process-arsenal dump compare 17 18                    what grew between two of those
              process-arsenal dump list                             what is kept; then: dump get 17 out.dmp

            It is refused if there is no head-room: of disk, where the runtime writes it (/tmp of the process, or its TMPDIR) and in the daemon's state directory; of
            memory, in the control group of the process; of time (--max-freeze). A host makes one at a time. Nothing is left in the file system of the process.
            A dump holds whatever the process had in its memory, secrets too: it takes a token with the role operate, to make one and to get one. It is kept in the
            daemon's state directory (artifacts.max_size, artifacts.max_age), and is in the ledger as an action (process-arsenal actions).
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return ServerOptions.WithoutFile(result);
            TextWriter error = result.InvocationConfiguration.Error, text = result.InvocationConfiguration.Output;
            if (ProcessName.Parse(result.GetValue(process) ?? "") is not { } name)
            {
                error.WriteLine(result.GetValue(process) is { } wrong
                    ? $"process-arsenal: '{Quoting.Cap(wrong)}' is no identity such as 4711-65123-ab12cd34, and no pid. To find one: process-arsenal find 'memory > 1GiB'"
                    : "process-arsenal: say which process: process-arsenal dump 4711. To find one: process-arsenal find 'memory > 1GiB'");
                return CommandLine.Usage;
            }
            var body = new JsonObject { ["target"] = name.ToString(), ["type"] = result.GetValue(type) };
            if (result.GetValue(freeze) is { } most) body["max_freeze"] = most;
            if (result.GetValue(reason) is { } why) body["reason"] = why;
            if (result.GetValue(file) is { } target && NewFile.WhyNot(target) is { } taken)
            {
                error.WriteLine($"process-arsenal: {taken}");
                return CommandLine.Usage;
            }
            bool isDry = result.GetValue(dryRun);
            if (isDry) body["dry_run"] = true;
            using ApiClient client = server.Connect(result, configuration, working: Working);
            var dumps = new RemoteDumps(client, TimeProvider.System);
            ActionResultView made = await dumps.MakeAsync(body, isDry ? TextWriter.Null : error, cancellation).ConfigureAwait(false);
            if (made.Outcome is not (OutcomeKind.Succeeded or OutcomeKind.NotDone))
            {
                error.WriteLine($"process-arsenal: {Terminal.Printable(made.Reason ?? "what came of it is not known: process-arsenal actions", 1024)}");
                return CommandLine.Failed;
            }
            if (isDry || made.Id is not { } number)
            {
                text.WriteLine(result.GetValue(output) == "json" ? JsonSerializer.Serialize(made, ViewJson.Default.ActionResultView) : $"{Terminal.Printable(made.Name)} {made.Identity}: {Terminal.Printable(made.Reason ?? "", 1024)}.");
                return CommandLine.Done;
            }
            string id = number.ToString(CultureInfo.InvariantCulture);
            DumpView dump = await dumps.FindAsync(id, CancellationToken.None).ConfigureAwait(false);
            if (result.GetValue(file) is { } path) await dumps.DownloadAsync(id, path, CancellationToken.None).ConfigureAwait(false);
            if (result.GetValue(output) == "json") text.WriteLine(JsonSerializer.Serialize(dump, ViewJson.Default.DumpView));
            else
            {
                text.WriteLine(FormattableString.Invariant($"{Terminal.Printable(dump.Name)} {dump.Identity}: {dump.Type} dump, {Terminal.Bytes(dump.Bytes)} in {dump.Duration:0.0} s{(dump.Freeze is { } stood ? FormattableString.Invariant($"; it stood still for {stood:0.0##} s") : "")}."));
                if (dump.Wrong is { } wrong) text.WriteLine($"! It is not whole: {Terminal.Printable(wrong, 1024)}");
                bool isHeap = dump.Type == "gcdump";
                if (isHeap) HeapText.Write(await dumps.HeapAsync(id, CancellationToken.None).ConfigureAwait(false), text);
                text.WriteLine($"Kept as {id}: process-arsenal dump get {id} dump-{id}.{(isHeap ? "gcdump" : "dmp")}");
            }
            return CommandLine.Done;
        });
        return command;
    }

    private static Command CreateList(CommandContext context, SettingsOptions settings)
    {
        Option<string> output = Options.Choice("--output", ["table", "json"], "How to print.", "-o");
        return Part(context, settings, new Command("list", "List dumps, the latest first.") { output }, async (dumps, result, cancellation) =>
        {
            DumpListView list = await dumps.ListAsync(cancellation).ConfigureAwait(false);
            TextWriter text = result.InvocationConfiguration.Output;
            if (result.GetValue(output) == "json")
            {
                text.WriteLine(JsonSerializer.Serialize(list, ViewJson.Default.DumpListView));
                return;
            }
            List<string[]> rows = [["ID", "BEGAN", "SECONDS", "FROZEN", "BYTES", "STATE", "TYPE", "PROCESS"]];
            rows.AddRange(list.Dumps.Select(static dump => (string[])
            [
                dump.Id, dump.Began.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), dump.Duration?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-", dump.Freeze?.ToString("0.0##", CultureInfo.InvariantCulture) ?? "-",
                Terminal.Bytes(dump.Bytes), dump.Wrong is null ? dump.State.ToString().ToLowerInvariant() : Terminal.Printable(dump.Wrong), dump.Type, $"{Terminal.Printable(dump.Name)} {dump.Identity}",
            ]));
            Terminal.Write(text, Terminal.Table(rows, rightAligned: 0), Terminal.HasColours);
        });
    }

    private static Command CreateGet(CommandContext context, SettingsOptions settings)
    {
        var id = new Argument<string>("id") { Description = "Which dump: process-arsenal dump list." };
        var path = new Argument<string>("path") { Description = "The file to write; it must not be there yet." };
        return Part(context, settings, new Command("get", "Write a dump to a file, readable by you alone.") { id, path }, (dumps, result, cancellation) =>
            dumps.DownloadAsync(result.GetRequiredValue(id), result.GetRequiredValue(path), cancellation));
    }

    private static Command CreateDelete(CommandContext context, SettingsOptions settings)
    {
        var id = new Argument<string>("id") { Description = "Which dump: process-arsenal dump list." };
        return Part(context, settings, new Command("delete", "Remove a dump.") { id }, (dumps, result, cancellation) => dumps.DeleteAsync(result.GetRequiredValue(id), cancellation));
    }

    private static Command CreateHeap(CommandContext context, SettingsOptions settings)
    {
        Option<string> output = Options.Choice("--output", ["table", "json"], "How to print.", "-o");
        var id = new Argument<string>("id") { Description = "Which dump of type gcdump: process-arsenal dump list. Or a file of .gcdump." };
        return Part(context, settings, new Command("heap", "Say which types fill a heap, and who holds them.") { id, output }, async (dumps, result, cancellation) =>
        {
            string which = result.GetRequiredValue(id);
            HeapReport report = IsFile(which) ? await Task.Run(() => HeapWork.Report(which, HeapWork.Most, cancellation), cancellation).ConfigureAwait(false) : await dumps.HeapAsync(which, cancellation).ConfigureAwait(false);
            TextWriter text = result.InvocationConfiguration.Output;
            if (result.GetValue(output) == "json") text.WriteLine(JsonSerializer.Serialize(report, ViewJson.Default.HeapReport));
            else HeapText.Write(report, text);
        });
    }

    private static Command CreateCompare(CommandContext context, SettingsOptions settings)
    {
        Option<string> output = Options.Choice("--output", ["table", "json"], "How to print.", "-o");
        var before = new Argument<string>("before") { Description = "The earlier dump of type gcdump: its id, or a file of .gcdump." };
        var after = new Argument<string>("after") { Description = "The later one." };
        return Part(context, settings, new Command("compare", "Say what grew between two dumps of type gcdump, and who holds what grew.") { before, after, output }, async (dumps, result, cancellation) =>
        {
            string one = result.GetRequiredValue(before), two = result.GetRequiredValue(after);
            HeapComparison comparison = IsFile(one) || IsFile(two)
                ? await Task.Run(() => HeapWork.Compare(one, two, HeapText.Most, cancellation), cancellation).ConfigureAwait(false)
                : await dumps.CompareAsync(one, two, cancellation).ConfigureAwait(false);
            TextWriter text = result.InvocationConfiguration.Output;
            if (result.GetValue(output) == "json") text.WriteLine(JsonSerializer.Serialize(comparison, ViewJson.Default.HeapComparison));
            else HeapText.Write(comparison, text);
        });
    }

    /// <summary>Those of a daemon are numbers.</summary>
    private static bool IsFile(string name) => !name.All(char.IsAsciiDigit);

    private static Command Part(CommandContext context, SettingsOptions settings, Command command, Func<RemoteDumps, ParseResult, CancellationToken, Task> run)
    {
        var server = new ServerOptions(context);
        server.AddTo(command);
        settings.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return ServerOptions.WithoutFile(result);
            using ApiClient client = server.Connect(result, configuration, working: Working);
            await run(new RemoteDumps(client, TimeProvider.System), result, cancellation).ConfigureAwait(false);
            return CommandLine.Done;
        });
        return command;
    }
}

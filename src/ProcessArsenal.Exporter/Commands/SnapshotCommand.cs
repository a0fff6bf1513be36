using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Exporter.Api;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>snapshot</c>: has the daemon keep what is known of a process, and what it has kept, also before actions.</summary>
internal static class SnapshotCommand
{
    private const string Artifacts = "/api/v1/artifacts";

    private static readonly TimeSpan Working = TimeSpan.FromMinutes(5);

    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        Option<string> output = Options.Choice("--output", ["table", "json"], "How to print.", "-o");
        var process = new Argument<string?>("process") { Arity = ArgumentArity.ZeroOrOne, Description = "Identity, also of one that has ended not long ago, or pid, which means whoever has it now." };
        var reason = new Option<string>("--reason") { HelpName = "text", Description = "Why; kept in the ledger." };
        var file = new Option<string>("--file", "-f") { HelpName = "path", Description = "Also write the bundle to this file, readable by you alone." };
        var command = new Command("snapshot", "Have the daemon keep what is known of a process. Nothing is done to it.") { process, reason, file, output };
        command.Add(CreateList(context, settings));
        command.Add(CreateGet(context, settings));
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal snapshot 4711                         keep what is known of it now
              process-arsenal snapshot 4711-65123-ab12cd34          also if it has ended meanwhile: what is remembered of it
              process-arsenal snapshot list                         what is kept, also before actions (--evidence) and by policies
              process-arsenal snapshot get 17 evidence-17.tar.gz    have it; it is checked against its manifest

            A bundle has the process in full (process.json), who stands around it (tree.json), the last 15 minutes (history.json), who began and ended meanwhile
            (lifecycle.json), of a .NET process its counters and its latest pauses, exceptions and contention (runtime.json) and the stacks of its threads (stacks.json),
            and a manifest with the hash of each.
            What may be a secret is ***. It takes a token with the role diagnose. Bundles are kept in the daemon's state directory (artifacts.max_size, artifacts.max_age),
            each under the number of its action (process-arsenal actions).
            """);
        return Attach(context, settings, command, async (client, result, cancellation) =>
        {
            TextWriter error = result.InvocationConfiguration.Error, text = result.InvocationConfiguration.Output;
            var body = new JsonObject { ["target"] = ProcessName.Parse(result.GetValue(process)!)!.ToString() };
            if (result.GetValue(reason) is { } why) body["reason"] = why;
            ActionResultView taken = await client.PostAsync("/api/v1/snapshots", body, ViewJson.Default.ActionResultView, cancellation).ConfigureAwait(false);
            if (taken.Outcome is not OutcomeKind.Succeeded || taken.Evidence?.Artifact is not { } id)
            {
                error.WriteLine($"process-arsenal: {Terminal.Printable(taken.Reason ?? "what came of it is not known: process-arsenal actions", 1024)}");
                return CommandLine.Failed;
            }
            if (result.GetValue(file) is { } path) await DownloadAsync(client, id, path, cancellation).ConfigureAwait(false);
            if (result.GetValue(output) == "json")
            {
                text.WriteLine(JsonSerializer.Serialize(taken, ViewJson.Default.ActionResultView));
                return CommandLine.Done;
            }
            text.WriteLine(FormattableString.Invariant($"{Terminal.Printable(taken.Name)} {taken.Identity}: evidence, {Terminal.Bytes(taken.Evidence.Bytes ?? 0)} in {taken.Evidence.Seconds:0.00} s."));
            foreach ((string what, string missing) in taken.Evidence.Missing ?? new Dictionary<string, string>()) text.WriteLine($"! Without {Terminal.Printable(what)}: {Terminal.Printable(missing, 1024)}");
            text.WriteLine($"Kept as {id}: process-arsenal snapshot get {id} evidence-{id}.tar.gz");
            return CommandLine.Done;
        }, result => IsProcess(result.GetValue(process), result.InvocationConfiguration.Error));
    }

    private static bool IsProcess(string? text, TextWriter error)
    {
        if (ProcessName.Parse(text ?? "") is not null) return true;
        error.WriteLine(text is null
            ? "process-arsenal: say which process: process-arsenal snapshot 4711. To find one: process-arsenal find 'memory > 1GiB'"
            : $"process-arsenal: '{Quoting.Cap(text)}' is no identity such as 4711-65123-ab12cd34, and no pid. To find one: process-arsenal find 'memory > 1GiB'");
        return false;
    }

    private static Command CreateList(CommandContext context, SettingsOptions settings)
    {
        Option<string> output = Options.Choice("--output", ["table", "json"], "How to print.", "-o");
        return Attach(context, settings, new Command("list", "List what is kept, the latest first.") { output }, async (client, result, cancellation) =>
        {
            ArtifactListView all = await client.GetAsync(Artifacts, ViewJson.Default.ArtifactListView, cancellation).ConfigureAwait(false);
            var list = new ArtifactListView([.. all.Artifacts.Where(static one => one.Kind == EvidenceRecord.KindName)]);
            TextWriter text = result.InvocationConfiguration.Output;
            if (result.GetValue(output) == "json")
            {
                text.WriteLine(JsonSerializer.Serialize(list, ViewJson.Default.ArtifactListView));
                return CommandLine.Done;
            }
            List<string[]> rows = [["ID", "BEGAN", "BYTES", "WHOLE", "PROCESS"]];
            rows.AddRange(list.Artifacts.Select(static one => (string[])
                [one.Id, one.Began.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), Terminal.Bytes(one.Bytes), one.IsWhole ? "yes" : "no", $"{Terminal.Printable(one.Name)} {one.Identity}"]));
            Terminal.Write(text, Terminal.Table(rows, rightAligned: 0), Terminal.HasColours);
            return CommandLine.Done;
        });
    }

    private static Command CreateGet(CommandContext context, SettingsOptions settings)
    {
        var id = new Argument<string>("id") { Description = "Which one: process-arsenal snapshot list." };
        var path = new Argument<string>("path") { Description = "The file to write; it must not be there yet." };
        return Attach(context, settings, new Command("get", "Write a bundle to a file, readable by you alone, and check it against its manifest.") { id, path }, async (client, result, cancellation) =>
        {
            await DownloadAsync(client, result.GetRequiredValue(id), result.GetRequiredValue(path), cancellation).ConfigureAwait(false);
            return CommandLine.Done;
        });
    }

    /// <summary>Writes a bundle to a new file that nobody else may read.</summary>
    /// <exception cref="IOException">It is not what was kept: it stays, to be looked at.</exception>
    private static async Task DownloadAsync(ApiClient client, string id, string path, CancellationToken cancellation)
    {
        string one = $"{Artifacts}/{Uri.EscapeDataString(id)}";
        ArtifactView artifact = await client.GetAsync(one, ViewJson.Default.ArtifactView, cancellation).ConfigureAwait(false);
        if (artifact.Kind != EvidenceRecord.KindName) throw new IOException($"{id} is no evidence, but a {artifact.Kind}: process-arsenal {artifact.Kind} list");
        await client.DownloadAsync($"{one}/download", path, UnixFileMode.UserRead | UnixFileMode.UserWrite, cancellation).ConfigureAwait(false);
        using FileStream stream = File.OpenRead(path);
        string? wrong = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false)) == artifact.Sha256 ? null : "its hash is not the one that was kept of it";
        stream.Position = 0;
        wrong ??= EvidenceBundle.WhatIsWrong(stream);
        if (wrong is not null) throw new IOException($"{path} is not what was kept: {wrong}");
    }

    /// <param name="check">Of what was given; null: all is right.</param>
    private static Command Attach(CommandContext context, SettingsOptions settings, Command command, Func<ApiClient, ParseResult, CancellationToken, Task<int>> run, Func<ParseResult, bool>? check = null)
    {
        var server = new ServerOptions(context);
        server.AddTo(command);
        settings.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return ServerOptions.WithoutFile(result);
            if (check?.Invoke(result) == false) return CommandLine.Usage;
            using ApiClient client = server.Connect(result, configuration, working: Working);
            return await run(client, result, cancellation).ConfigureAwait(false);
        });
        return command;
    }
}

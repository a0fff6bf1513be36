using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Exporter.Api;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Commands.Tracing;

/// <summary><c>trace</c>: has the daemon record a process, and what it has recorded.</summary>
internal static class TraceCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var server = new ServerOptions(context);
        var output = Options.Choice("--output", ["table", "json"], "How to print.", "-o");
        var process = new Argument<string?>("process") { Arity = ArgumentArity.ZeroOrOne, Description = "Identity, or pid, which means whoever has it now." };
        var presets = new Option<string[]>("--preset", "-p") { HelpName = "name", Description = $"What you want to know; may be repeated. {string.Join("; ", TraceOrder.Presets.Select(static preset => $"{preset.Name}: {preset.Help}"))}. [default: cpu; with --method cpu, exceptions and http]" };
        var providers = new Option<string[]>("--provider") { HelpName = "name:keywords:level", Description = "A provider of events, such as Microsoft-Windows-DotNETRuntime:0x1:4; may be repeated." };
        var duration = new Option<string>("--duration", "-d") { HelpName = "duration", Description = $"How long; Ctrl-C ends it earlier. [default: {Configuration.Durations.Format(TraceOrder.UsualDuration)}]" };
        Option<long?> bytes = Bytes();
        Option<string> method = TraceParts.MethodOf();
        var reason = new Option<string>("--reason") { HelpName = "text", Description = "Why; kept in the ledger." };
        var file = new Option<string>("--file", "-f") { HelpName = "path", Description = "Also write the recording to this file, for dotnet-trace, PerfView and Visual Studio; a native one for process-arsenal report." };
        var command = new Command("trace", "Have the daemon record a process for a while, and say what stands out.") { process, presets, providers, duration, bytes, method, reason, file, output };
        server.AddTo(command);
        settings.AddTo(command);
        foreach (Command part in TraceParts.Create(context, settings)) command.Add(part);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal trace 4711                            where its CPU time goes, for 10 s
              process-arsenal trace 4711 -p gc -p exceptions -d 30s
              process-arsenal trace 4711 -f slow.nettrace
              process-arsenal trace 4711 --method Orders.Find       who calls it, what it calls, what is thrown in it
              process-arsenal trace list                            what is kept; then: trace report 17, trace events 17, trace get 17 out.nettrace
              process-arsenal trace stop --all

            A recording ends by itself: after its time, at its bounds, with its process, or with the daemon. It is kept in the daemon's state directory
            (artifacts.max_size, artifacts.max_age), and is in the ledger as an action (process-arsenal actions). It takes a token with the role diagnose.
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return ServerOptions.WithoutFile(result);
            TextWriter error = result.InvocationConfiguration.Error, text = result.InvocationConfiguration.Output;
            if (ProcessName.Parse(result.GetValue(process) ?? "") is not { } name)
            {
                error.WriteLine(result.GetValue(process) is { } wrong
                    ? $"process-arsenal: '{Quoting.Cap(wrong)}' is no identity such as 4711-65123-ab12cd34, and no pid. To find one: process-arsenal find 'runtime = \"dotnet\"'"
                    : "process-arsenal: say which process: process-arsenal trace 4711. To find one: process-arsenal find 'runtime = \"dotnet\"'");
                return CommandLine.Usage;
            }
            JsonObject body = Body(name, result.GetValue(presets) ?? [], result.GetValue(providers) ?? [], result.GetValue(duration), result.GetValue(bytes), result.GetValue(reason));
            if (result.GetValue(method) is { } wanted)
            {
                body["filters"] = new JsonObject { ["method"] = wanted };
                if (!body.ContainsKey("presets") && !body.ContainsKey("providers")) body["presets"] = new JsonArray("cpu", "exceptions", "http"); // All that there may be to say of it.
            }
            if (result.GetValue(file) is { } target && NewFile.WhyNot(target) is { } taken)
            {
                error.WriteLine($"process-arsenal: {taken}");
                return CommandLine.Usage;
            }
            using ApiClient client = server.Connect(result, configuration, working: TimeSpan.FromSeconds(60));
            var traces = new RemoteTraces(client, TimeProvider.System);
            TraceRecord begun = await traces.BeginAsync(body, cancellation).ConfigureAwait(false);
            TraceRecord ended = (await traces.FollowAsync([begun], error, cancellation).ConfigureAwait(false))[0];
            if (result.GetValue(file) is { } path) await traces.DownloadAsync(ended.Id, format: null, path, CancellationToken.None).ConfigureAwait(false);
            if (result.GetValue(output) == "json")
            {
                text.WriteLine(JsonSerializer.Serialize(ended, ViewJson.Default.TraceRecord));
                return CommandLine.Done;
            }
            ReportText.Write(await traces.ReportAsync(ended.Id, CancellationToken.None).ConfigureAwait(false), text);
            if (ended.Wrong is { } broken) text.WriteLine($"! It ended before its time ({ended.Ended}): {Terminal.Printable(broken, 1024)}");
            text.WriteLine($"Kept as {ended.Id}: process-arsenal trace get {ended.Id} {(ended.IsNative ? $"trace-{ended.Id}.speedscope.json --format speedscope" : $"trace-{ended.Id}.nettrace")}");
            return CommandLine.Done;
        });
        return command;
    }

    public static JsonObject Body(ProcessName name, string[] presets, string[] providers, string? duration, long? bytes, string? reason)
    {
        var body = new JsonObject { ["target"] = name.ToString() };
        if (presets.Length > 0) body["presets"] = new JsonArray([.. presets.Select(static preset => (JsonNode)preset)]);
        if (providers.Length > 0) body["providers"] = new JsonArray([.. providers.Select(static provider => (JsonNode)provider)]);
        if (duration is not null) body["duration"] = duration;
        if (bytes is not null) body["max_bytes"] = bytes;
        if (reason is not null) body["reason"] = reason;
        return body;
    }

    public static Option<long?> Bytes() => Options.Long("--max-bytes", 1 << 20, TraceOrder.MostBytes, $"Bytes of the recording, at which it is ended. [default: {TraceOrder.UsualBytes}, or artifacts.max_size]", "number");
}

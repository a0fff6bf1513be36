using System.CommandLine;
using System.Text.Json;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Analysis.Reports;
using ProcessArsenal.Telemetry.Flows;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>analyze</c>: all processes at once, and what is wrong.</summary>
internal static class AnalyzeCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var peers = new Option<bool>("--peers") { Description = "Also who is connected to whom, by TCP, unix sockets and pipes." };
        var command = new Command("analyze", "Say what is wrong on this host and what to do, and what its processes are and use; works without a running daemon.") { peers, list.Output };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal analyze                                       of the two samples that it takes here
              process-arsenal analyze --server http://127.0.0.1:9465        of what the daemon here remembers
              process-arsenal analyze --output json | jq -r '.findings[] | [.severity, .kind, .what] | @tsv'

            Crash loops, storms of new processes, starvation and all else that takes a while to be seen need the daemon, which remembers ten minutes.
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            TextWriter output = result.InvocationConfiguration.Output;
            AnalysisReport report;
            if (server.IsGiven(result))
            {
                using ApiClient client = server.Connect(result, configuration);
                report = await client.GetAsync(result.GetValue(peers) ? "/api/v1/analysis?peers=true" : "/api/v1/analysis", ViewJson.Default.AnalysisReport, cancellation).ConfigureAwait(false);
            }
            else
            {
                report = await LocalSnapshot.ReadAsync(configuration, static snapshot => Analyst.Report(new Evidence(snapshot, [], snapshot.Time), remembers: false), TimeProvider.System, cancellation).ConfigureAwait(false);
                using ProcFs proc = ProcRoot.Open(configuration.Procfs);
                if (result.GetValue(peers)) report = report.WithPeers(await new MessageFlow(proc, TimeProvider.System).PeersAsync(cancellation).ConfigureAwait(false));
            }
            if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(report, ViewJson.Default.AnalysisReport));
            else AnalysisText.Write(report, output);
            return CommandLine.Done;
        });
        return command;
    }
}

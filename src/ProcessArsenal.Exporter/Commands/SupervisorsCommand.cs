using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Analysis;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>supervisors</c>: who starts whom again.</summary>
internal static class SupervisorsCommand
{
    private const int MostNames = 4;

    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var command = new Command("supervisors", "List who starts processes again when they end (units of systemd, containers, pods, supervisord and the like), and how to have them do it; works without a running daemon.") { list.Output };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal supervisors
              process-arsenal supervisors --output json | jq '.[] | select(.kind == "container") | .name'
              process-arsenal inspect 4711          who starts this one again, and why that is thought

            Processes that nobody starts again are not listed. Whether systemd does is a setting of the unit: systemctl show -p Restart UNIT.
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            TextWriter output = result.InvocationConfiguration.Output;
            List<Supervisor> supervisors;
            if (server.IsGiven(result))
            {
                using ApiClient client = server.Connect(result, configuration);
                supervisors = [.. (await client.GetAsync("/api/v1/supervisors", ViewJson.Default.SupervisorListView, cancellation).ConfigureAwait(false)).Supervisors];
            }
            else supervisors = await LocalSnapshot.ReadAsync(configuration, Supervisors.Of, TimeProvider.System, cancellation).ConfigureAwait(false);
            if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(supervisors, ViewJson.Default.ListSupervisor));
            else if (supervisors.Count == 0) result.InvocationConfiguration.Error.WriteLine("process-arsenal: nobody is known here who would start a process again.");
            else Print(supervisors, output);
            return CommandLine.Done;
        });
        return command;
    }

    private static void Print(List<Supervisor> supervisors, TextWriter output)
    {
        List<string[]> rows = [["PROCESSES", "KIND", "NAME", "RESTART", "WHICH"]];
        rows.AddRange(supervisors.Select(static one => (string[])
        [
            one.ChildCount.ToString(CultureInfo.InvariantCulture),
            Terminal.Printable(one.Kind, 16),
            Terminal.Printable(one.Kind == "container" && one.Name.Length > 12 ? one.Name[..12] : one.Name, 48),
            Terminal.Printable(one.Restart is { } restart && !restart.Contains('(', StringComparison.Ordinal) ? restart : "-", 64),
            string.Join(", ", one.Children.Take(MostNames).Select(static child => string.Create(CultureInfo.InvariantCulture, $"{Terminal.Printable(child.Name)} {child.Pid}"))) + (one.ChildCount > MostNames ? ", ..." : ""),
        ]));
        Terminal.Write(output, Terminal.Table(rows, rightAligned: 1), Terminal.HasColours);
    }
}

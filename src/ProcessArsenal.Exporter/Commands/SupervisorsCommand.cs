using System.CommandLine;
using System.Text.Json;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>supervisors</c>: who starts whom again.</summary>
internal static class SupervisorsCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var command = new Command("supervisors", "List who starts processes again when they end (our own supervisors, units of systemd, containers, pods, supervisord and the like), and how to have them do it; but for our own it works without a running daemon.") { list.Output };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal supervisors
              process-arsenal supervisors --output json | jq '.[] | select(.kind == "container") | .name'
              process-arsenal supervisors --output json | jq '.[] | select(.latched)'
              process-arsenal inspect 4711          who starts this one again, and why that is thought

            Processes that nobody starts again are not listed. Whether systemd does is a setting of the unit: systemctl show -p Restart UNIT.
            Our own are those of the configuration ('supervisors'), asked of the daemon; whoever ends a child of theirs otherwise than by
            'process-arsenal stop SUPERVISOR/CHILD' has it started again, as its restart type says.
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            TextWriter output = result.InvocationConfiguration.Output, error = result.InvocationConfiguration.Error;
            List<SupervisorItemView> supervisors = [];
            if (server.IsGiven(result)) supervisors.AddRange(await AskAsync(() => server.Connect(result, configuration), error, cancellation).ConfigureAwait(false));
            else
            {
                if (!configuration.Supervisors.IsEmpty) supervisors.AddRange(await OwnAsync(result, server, configuration, cancellation).ConfigureAwait(false));
                supervisors.AddRange(await LocalSnapshot.ReadAsync(configuration, static snapshot => SupervisorListView.Of(snapshot), TimeProvider.System, cancellation).ConfigureAwait(false));
            }
            if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(supervisors, ViewJson.Default.ListSupervisorItemView));
            else if (supervisors.Count == 0) error.WriteLine("process-arsenal: nobody is known here who would start a process again.");
            else SupervisorsText.Print(supervisors, output);
            return CommandLine.Done;
        });
        return command;
    }

    private static async Task<IReadOnlyList<SupervisorItemView>> AskAsync(Func<ApiClient> connect, TextWriter error, CancellationToken cancellation)
    {
        using ApiClient client = connect();
        SupervisorListView view = await client.GetAsync("/api/v1/supervisors", ViewJson.Default.SupervisorListView, cancellation).ConfigureAwait(false);
        if (view.Trouble is { } trouble) error.WriteLine($"process-arsenal: nothing is supervised by the daemon: {Terminal.Printable(trouble, 300)}");
        return view.Supervisors;
    }

    /// <summary>How our own are only the daemon knows; the others are shown without it too.</summary>
    private static async Task<IEnumerable<SupervisorItemView>> OwnAsync(ParseResult result, ServerOptions server, ExporterConfiguration configuration, CancellationToken cancellation)
    {
        TextWriter error = result.InvocationConfiguration.Error;
        try
        {
            return (await AskAsync(() => server.Connect(result, configuration), error, cancellation).ConfigureAwait(false)).Where(static one => one.Kind == SupervisorItemView.OwnKind);
        }
        catch (ServerException e)
        {
            error.WriteLine($"process-arsenal: our own supervisors are not shown: {e.Message}");
            return [];
        }
    }
}

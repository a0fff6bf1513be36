using System.CommandLine;
using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>serve</c>: samples processes and publishes metrics until told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandContext context, SettingsOptions options)
    {
        var command = new Command("serve", "Sample processes and publish metrics, until SIGTERM or SIGINT. The default command.");
        Configure(command, context, options);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal serve --listen-metrics http://127.0.0.1:9464 --interval 10s
              process-arsenal serve --procfs /host/proc          in a container, with the host's /proc mounted there
              ARSENAL_WATCH='[group = "orders"]' process-arsenal serve
            """);
        return command;
    }

    /// <summary>Makes a command serve.</summary>
    public static void Configure(Command command, CommandContext context, SettingsOptions options)
    {
        options.AddTo(command);
        command.SetAction((result, cancellation) =>
        {
            if (options.Load(result, out ConfigurationSources sources) is not { } loaded) return Task.FromResult(CommandLine.Failed);
            foreach (string warning in ConfigurationWarnings.OfVariables(loaded)) result.InvocationConfiguration.Error.WriteLine("warning: " + warning);
            return context.Serve(loaded, sources, cancellation);
        });
    }
}

using System.CommandLine;
using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>config check|show|schema</c>: all about the configuration, without serving.</summary>
internal static class ConfigCommand
{
    public static Command Create(CommandContext _, SettingsOptions options)
    {
        var command = new Command("config", "Check, show or describe the configuration.") { Check(options), Show(options), Schema() };
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal config check --config ./config.yml
              process-arsenal config show
              process-arsenal config schema > process-arsenal.schema.json
            """);
        return command;
    }

    private static Command Check(SettingsOptions options)
    {
        var command = new Command("check",
            "Say whether the configuration is good, or everything that is wrong with it. Exits with 1 if anything is.");
        options.AddTo(command);
        command.SetAction(result =>
        {
            if (options.Load(result, out _) is not { } loaded) return CommandLine.Failed;
            foreach (string warning in ConfigurationWarnings.OfVariables(loaded).Concat(ConfigurationWarnings.Of(loaded))) result.InvocationConfiguration.Error.WriteLine("warning: " + warning);
            result.InvocationConfiguration.Output.WriteLine(loaded.File is null ? "ok (no configuration file)" : $"ok {loaded.File}");
            return CommandLine.Done;
        });
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal config check                       what the daemon would read, environment included
              process-arsenal config check --config ./config.yml
            """);
        return command;
    }

    private static Command Show(SettingsOptions options)
    {
        var command = new Command("show", "Print the configuration in force as YAML, each value with where it comes from.");
        options.AddTo(command);
        command.SetAction(result =>
        {
            if (options.Load(result, out _) is not { Configuration: { } configuration } loaded) return CommandLine.Failed;
            result.InvocationConfiguration.Output.Write(ConfigurationText.Write(configuration, loaded.Origins));
            return CommandLine.Done;
        });
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal config show
              process-arsenal config show --interval 10s         see what a flag changes
            """);
        return command;
    }

    private static Command Schema()
    {
        var command = new Command("schema", "Print the JSON Schema of the configuration file, for editors.");
        command.SetAction(result =>
        {
            result.InvocationConfiguration.Output.Write(ConfigurationSchema.Write());
            return CommandLine.Done;
        });
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal config schema > process-arsenal.schema.json
              # yaml-language-server: $schema=process-arsenal.schema.json      as the first line of config.yml, for editors
            """);
        return command;
    }
}

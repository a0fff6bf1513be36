using System.CommandLine;
using System.CommandLine.Invocation;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>The command line: <c>process-arsenal</c> and its commands.</summary>
internal static class CommandLine
{
    /// <summary>0 done, 1 refused or failed, 2 usage.</summary>
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>As shells tell of a program that SIGINT has ended.</summary>
    private const int Interrupted = 130;

    private const string Name = "process-arsenal";

    // Longer than systemd's patience with a stop would be no use: the host drains by itself.
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Every command, in the order of --help. A new one is a file and a line here.</summary>
    private static readonly Func<CommandContext, SettingsOptions, Command>[] Commands =
    [
        ServeCommand.Create,
        PsCommand.Create,
        Top.TopCommand.Create,
        PsCommand.CreateFind,
        InspectCommand.Create,
        TreeCommand.Create,
        AnalyzeCommand.Create,
        FlowsCommand.Create,
        Tracing.TraceCommand.Create,
        Tracing.ProfileCommand.Create,
        Dumps.DumpCommand.Create,
        SnapshotCommand.Create,
        ReportCommand.Create,
        SupervisorsCommand.Create,
        LifecycleCommand.Create,
        Acting.ChildCommands.CreateStart,
        Acting.ActingCommands.CreateStop,
        Acting.ActingCommands.CreateKill,
        Acting.ActingCommands.CreateRestart,
        Acting.ActingCommands.CreateSignal,
        Acting.ActingCommands.CreateSuspend,
        Acting.ActingCommands.CreateResume,
        Acting.ChildCommands.CreateMessage,
        ActionsCommand.Create,
        PoliciesCommand.Create,
        ExplainCommand.Create,
        ApproveCommand.Create,
        PauseCommand.Create,
        AuditCommand.Create,
        TokenCommand.Create,
        ConfigCommand.Create,
        HealthCommand.Create,
        LintCommand.Create,
        CompletionCommand.Create,
    ];

    /// <summary>Parses and runs.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments, CommandContext context, TextWriter output, TextWriter error)
    {
        ParseResult result = Create(context).Parse(arguments);
        if (result.Action is ParseErrorAction)
        {
            foreach (string message in UsageErrors(result)) await error.WriteLineAsync($"{Name}: {message}").ConfigureAwait(false);
            await error.WriteLineAsync($"Try '{Path(result.CommandResult.Command)} --help'.").ConfigureAwait(false);
            return Usage;
        }
        try
        {
            using var signals = new TerminationSignals(TimeProvider.System);
            Task<int> command = result.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                ProcessTerminationTimeout = null, // See TerminationSignals.
                EnableDefaultExceptionHandler = false,
            }, signals.Asked);
            return await signals.WaitAsync(command, TerminationTimeout).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Interrupted; // By Ctrl-C: nobody waits for the answer.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"{Name}: {Terminal.Printable(e.Message)}").ConfigureAwait(false);
            return e is Server.ServerException { IsUsage: true } ? Usage : Failed;
        }
    }

    /// <summary>The root command with all others. Without a command it serves.</summary>
    internal static RootCommand Create(CommandContext context)
    {
        var root = new RootCommand(
            "Observes the processes of this Linux host and publishes what it sees as Prometheus metrics. Without a command, it serves.");
        var options = new SettingsOptions(context);
        foreach (Func<CommandContext, SettingsOptions, Command> create in Commands) root.Add(create(context, options));
        ServeCommand.Configure(root, context, options);
        HelpText.Attach(root,
            """
            Examples:
              process-arsenal                                    serve with the defaults: http://localhost:9464/metrics
              process-arsenal --config ./config.yml              serve with a configuration file
              process-arsenal config check --config ./config.yml say what is wrong with a file, all at once
              process-arsenal config show                        what is in force, and where each value comes from

            Configuration:
              Defaults, then one YAML file (--config, ARSENAL_CONFIG, else /etc/process-arsenal/config.yml if it exists), then environment
              variables (ARSENAL_SAMPLING__INTERVAL=10s), then flags. 'process-arsenal config schema' describes every key.

            Exit codes:
              0 done, 1 refused or failed, 2 wrong usage.

            Completion:
              source <(process-arsenal completion bash)          and for zsh and fish: process-arsenal completion --help
            """);
        return root;
    }

    private static IEnumerable<string> UsageErrors(ParseResult result)
    {
        if (result.UnmatchedTokens.Count == 0) return result.Errors.Select(e => e.Message).Distinct();
        // A word that is wrong also leaves commands and values missing: that says nothing new.
        Command command = result.CommandResult.Command;
        string[] known = [.. command.Subcommands.Select(c => c.Name), .. command.Options.SelectMany(o => o.Aliases.Prepend(o.Name))];
        return result.UnmatchedTokens.Select(word => $"there is no '{Quoting.Cap(word)}' here"
            + (NearestName.Find(word, known) is { } nearest ? $": did you mean '{nearest}'?" : "."));
    }

    /// <summary>How a command is called, in full.</summary>
    internal static string Path(Command command)
    {
        Command? parent = command.Parents.OfType<Command>().FirstOrDefault();
        return parent is null ? Name : $"{Path(parent)} {command.Name}";
    }
}

using System.CommandLine;
using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary><c>top</c>: the processes of this host as they live, on a terminal; or listed as text where there is none.</summary>
internal static class TopCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var options = new TopOptions();
        var command = new Command("top", "Watch processes live: CPU, waits, memory, I/O, by process or group; works without a running daemon.");
        options.AddTo(command, settings);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal top
              process-arsenal top --where 'cpu > 10% or state = "waiting"' --interval 1s
              process-arsenal top --groups --sort memory
              process-arsenal top --once --limit 20 > snapshot.txt     as plain text: for scripts, and to paste
              process-arsenal top --iterations 5 --interval 10s | tee top.log

            Keys:
              q quits, arrows and PgUp/PgDn move, c m i w b t n f p u sort by CPU, memory, I/O, run-queue wait, block-I/O wait, age,
              threads, fds, pid and user, r reverses, / filters by an expression, g shows groups, k kernel threads, enter all about
              one process, space pauses, + and - change the interval, ? explains all of it.

            CPU% is in percent of one core, WAIT% and BLKIO% of one thread. A dash is a value that can't be read; what that takes is said above
            the list. 12.3+ is the sum of a group in which some values can't be read: at least so much.
            """);
        command.SetAction((result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration } loaded) return Task.FromResult(CommandLine.Failed);
            if (options.State(result, loaded, isInteractive: IsScreen(context, result.InvocationConfiguration.Output)) is not { } state) return Task.FromResult(CommandLine.Usage);
            return RunAsync(configuration, context, options, state, result, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ExporterConfiguration configuration, CommandContext context, TopOptions options, TopState state, ParseResult result, CancellationToken cancellation)
    {
        TextWriter output = result.InvocationConfiguration.Output;
        bool isInteractive = !options.IsOnce(result) && IsScreen(context, output);
        int iterations = options.IsOnce(result) ? 1 : options.Iterations(result, isInteractive);
        try
        {
            using var sampler = new TopSampler(configuration, TimeProvider.System, listen: iterations != 1, state.Interval);
            if (isInteractive) RunOnScreen(sampler, context, state, iterations, cancellation);
            else await PlainTop.RunAsync(sampler, state, iterations, output, TimeProvider.System, cancellation).ConfigureAwait(false);
            return CommandLine.Done;
        }
        catch (IOException e)
        {
            result.InvocationConfiguration.Error.WriteLine($"process-arsenal: {e.Message}");
            return CommandLine.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return CommandLine.Done; // It has no end of its own.
        }
    }

    private static void RunOnScreen(TopSampler sampler, CommandContext context, TopState state, int iterations, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var device = new TerminalDevice();
        using CancellationTokenRegistration woken = end.Token.Register(device.Wake);
        using var ticker = new TopTicker(sampler, state.Interval, TimeProvider.System, device.Wake);
        using var session = new TerminalSession(device, end.Cancel);
        bool hasColours = context.Environment.GetValueOrDefault("NO_COLOR", "").Length == 0;
        var screen = new TopScreen(new Frame(hasColours ? StyleSupport.Colours : StyleSupport.Monochrome), TimeZoneInfo.Local);
        using var loop = new TopLoop(ticker, device, session, screen, end.Token);
        loop.Run(state, iterations);
    }

    /// <summary>Whether there is a terminal that can do more than print.</summary>
    private static bool IsScreen(CommandContext context, TextWriter output) =>
        !Console.IsInputRedirected && !Console.IsOutputRedirected && ReferenceEquals(output, Console.Out)
        && context.Environment.GetValueOrDefault("TERM", "") is not ("" or "dumb");
}

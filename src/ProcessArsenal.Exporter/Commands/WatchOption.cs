using System.CommandLine;
using System.Globalization;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>--watch</c>: the same again and again until it is told to stop.</summary>
internal sealed class WatchOption
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(500), Usual = TimeSpan.FromSeconds(2);

    public Option<TimeSpan?> Option { get; } = new("--watch", "-w")
    {
        HelpName = "duration",
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Print it again at this interval, 2s unless it is given, until Ctrl-C.",
        CustomParser = static result =>
        {
            if (result.Tokens.Count == 0) return Usual;
            string text = result.Tokens[0].Value;
            if (Durations.TryParse(text, out TimeSpan interval) && interval >= Least && interval <= TimeSpan.FromHours(1)) return interval;
            result.AddError($"--watch takes a duration from 500ms to 1h such as 2s, not '{Quoting.Cap(text)}'.");
            return null;
        },
    };

    /// <param name="printAsync">Prints it once and gives the exit code.</param>
    public async Task<int> RunAsync(ParseResult result, Func<Task<int>> printAsync, CancellationToken cancellation)
    {
        if (result.GetValue(Option) is not { } interval) return await printAsync().ConfigureAwait(false);
        TextWriter output = result.InvocationConfiguration.Output;
        using var timer = new PeriodicTimer(interval, TimeProvider.System);
        try
        {
            do
            {
                // Where it goes to a file, one after the other: nothing is lost there.
                output.Write(Console.IsOutputRedirected ? "" : "\e[H\e[2J\e[3J");
                output.WriteLine(TimeProvider.System.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
                int code = await printAsync().ConfigureAwait(false);
                if (code != CommandLine.Done) return code;
                output.WriteLine();
            }
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // By Ctrl-C, which is how it ends.
        }
        return CommandLine.Done;
    }
}

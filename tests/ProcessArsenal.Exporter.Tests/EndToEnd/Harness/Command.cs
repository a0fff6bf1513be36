using System.Diagnostics;
using System.Text;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>A program run to its end: its exit code and all it said.</summary>
internal sealed record Command(int ExitCode, string Output, string Error)
{
    public static async Task<Command> Run(string program, IEnumerable<string> arguments, string? input = null, TimeSpan? within = null)
    {
        ProcessStartInfo start = new(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        TimeSpan patience = within ?? Eventually.Patience;
        using CancellationTokenSource deadline = new(patience);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Signals.Send(process, Signals.Kill);
            Assert.Fail($"{program} was still running after {patience.TotalSeconds} s.\n{await output}\n{await error}");
        }

        return new Command(process.ExitCode, await output, await error);
    }
}

using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Control.Restarting.Systemd;

/// <summary>Runs a tool of the host: no shell, no input unless it is fed, an environment of our choice, and as much of its output as is wanted.</summary>
internal static class ToolRun
{
    private const int Kill = 9;

    /// <summary>How long is waited for a tool that was killed, and for its output.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(2);

    /// <param name="program">Absolute.</param>
    /// <param name="mostBytes">Of each of the two outputs; what is beyond is read and forgotten, so that the tool never waits for us.</param>
    /// <param name="feed">Writes its input; null for none. Must not fail.</param>
    /// <exception cref="OperationCanceledException">The tool was ended.</exception>
    public static async Task<ToolAnswer> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, int mostBytes, CancellationToken cancellation, Func<Stream, CancellationToken, Task>? feed = null)
    {
        cancellation.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            return new ToolAnswer(-1, "", $"{program} can't be started: {e.Message}", false);
        }
        using (process)
        {
            using HeldProcess? held = Hold(process);
            try
            {
                Task fed = FeedAsync(process.StandardInput, feed, cancellation);
                Task<(string Text, bool IsCut)> output = ReadAsync(process.StandardOutput.BaseStream, mostBytes, cancellation);
                Task<(string Text, bool IsCut)> error = ReadAsync(process.StandardError.BaseStream, mostBytes, cancellation);
                await Task.WhenAll(output, error, fed).ConfigureAwait(false);
                await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
                return new ToolAnswer(process.ExitCode, (await output.ConfigureAwait(false)).Text, (await error.ConfigureAwait(false)).Text, (await output.ConfigureAwait(false)).IsCut);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                await EndAsync(process, held).ConfigureAwait(false);
                if (e is IOException) return new ToolAnswer(-1, "", $"{program} can't be read: {e.Message}", false);
                throw;
            }
        }
    }

    private static async Task FeedAsync(StreamWriter input, Func<Stream, CancellationToken, Task>? feed, CancellationToken cancellation)
    {
        try
        {
            if (feed is not null) await feed(input.BaseStream, cancellation).ConfigureAwait(false);
        }
        finally
        {
            input.Close();
        }
    }

    /// <summary>Our own child, by a pidfd. It may have ended, and been waited for, before that was opened: then the pid may be another's, which
    /// <see cref="Process.HasExited"/> tells when asked afterwards.</summary>
    private static HeldProcess? Hold(Process process)
    {
        using ProcFs proc = ProcFs.Open();
        if (proc.OpenProcess(process.Id, out ProcessDirectory? directory) != ReadOutcome.Ok) return null;
        using (directory)
        {
            if (ProcessOpener.Identify(proc, directory!) is not { } identity || process.HasExited) return null;
            return HeldProcess.Open(proc, identity, out _);
        }
    }

    private static async Task EndAsync(Process process, HeldProcess? held)
    {
        _ = held?.Send(Kill);
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(LastWait).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It waits within the kernel; it ends once that is over.
        }
    }

    private static async Task<(string Text, bool IsCut)> ReadAsync(Stream stream, int most, CancellationToken cancellation)
    {
        byte[] kept = new byte[most], spare = new byte[4096];
        int length = 0;
        bool isCut = false;
        while (true)
        {
            Memory<byte> into = length < most ? kept.AsMemory(length) : spare;
            int read = await stream.ReadAsync(into, cancellation).ConfigureAwait(false);
            if (read == 0) return (Encoding.UTF8.GetString(kept, 0, length), isCut);
            if (length < most) length += read;
            else isCut = true;
        }
    }
}

/// <summary>What a tool said.</summary>
/// <param name="ExitCode">-1 if it could not be run.</param>
/// <param name="IsCut">Whether there was more output than was wanted.</param>
internal sealed record ToolAnswer(int ExitCode, string Output, string Error, bool IsCut);

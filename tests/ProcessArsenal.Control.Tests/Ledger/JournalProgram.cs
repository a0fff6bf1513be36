using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Ledger;

/// <summary>A run of tests/targets/Journal: a process that writes into a ledger, to be killed at any moment. It ends with this object.</summary>
internal sealed partial class JournalProgram : IDisposable
{
    private const int Kill = 9;

    private readonly Process _process;

    /// <param name="maxRows">How many rows are kept; null: all, and one in three actions is left open.</param>
    /// <param name="before">A program that runs it.</param>
    public JournalProgram(string directory, int count, int? maxRows = null, string[]? before = null)
    {
        string[] line = [.. before ?? [], "dotnet", Path.Join(Golden.Root(), "tests/targets/Journal/bin/Release/net10.0/Journal.dll"), directory, count.ToString(CultureInfo.InvariantCulture), .. maxRows is { } most ? [most.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>()];
        _process = Process.Start(new ProcessStartInfo(line[0], line.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            // Nobody listens to it: a runtime that ends while somebody begins to can stand still for good.
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" },
        })!;
    }

    /// <summary>Intents that were acknowledged, and how many rows (outcomes too) had been then.</summary>
    public List<(long Id, string Key, int Rows)> Recorded { get; } = [];

    public HashSet<long> Closed { get; } = [];

    /// <summary>Reads so many lines, or all until it has written as many intents as it should.</summary>
    public void Read(int lines)
    {
        for (int i = 0; i < lines && _process.StandardOutput.ReadLine() is { } line; i++)
        {
            string[] words = line.Split(' ');
            if (words is ["intent", string id, string key]) Recorded.Add((Number(id), key, Recorded.Count + Closed.Count + 1));
            else if (words is ["closed", string closed]) Closed.Add(Number(closed));
            else if (line == "held") break;
            else Assert.Equal("ready", line);
        }
    }

    /// <summary>SIGKILL, and then all that it had said until then.</summary>
    public void EndAtOnce()
    {
        // Our own child, which nobody has waited for: its pid can't be somebody else's.
        if (!_process.HasExited) _ = KillCall(_process.Id, Kill);
        Read(int.MaxValue);
        _process.WaitForExit();
    }

    /// <summary>Lets it end by itself, as soon as it has written as many intents as it should.</summary>
    /// <returns>Its exit code.</returns>
    public int WaitForEnd()
    {
        Read(int.MaxValue);
        _process.StandardInput.Close();
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _ = KillCall(_process.Id, Kill);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillCall(int pid, int signal);
}

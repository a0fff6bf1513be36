using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ProcessArsenal.Demo;

/// <summary>A program that the demo runs, with a log. A child that is not yet reaped keeps its pid: a signal can't meet another.</summary>
internal sealed partial class Peer : IAsyncDisposable
{
    private const int Terminate = 15, Kill = 9;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    private Peer(string name, Process process, string log) => (Name, _process, Log) = (name, process, log);

    public string Name { get; }

    /// <summary>A file.</summary>
    public string Log { get; }

    public int Pid => _process.Id;

    public bool HasEnded => _process.HasExited;

    public static Peer Start(string name, string folder, string[] command)
    {
        string log = Path.Join(folder, name + ".log");
        // The shell is gone with exec: the pid is the program's.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >>\"$DEMO_LOG\" 2>&1 </dev/null", .. command]) { Environment = { ["DEMO_LOG"] = log, ["TMPDIR"] = folder }, WorkingDirectory = folder };
        foreach (string own in start.Environment.Keys.Where(static key => key.StartsWith("ARSENAL_", StringComparison.Ordinal) || key.StartsWith("OTEL_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(own);
        return new Peer(name, Process.Start(start)!, log);
    }

    /// <summary>What it said last.</summary>
    public IEnumerable<string> LastWords(int lines) => File.Exists(Log) ? File.ReadLines(Log).TakeLast(lines) : [];

    /// <summary>Asks it to end, and ends it if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _ = Send(_process.Id, Terminate);
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            _ = Send(_process.Id, Kill);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    /// <summary>Ends all that run a program of the demo's own directory, which nobody else does: children of the exporter outlive it.</summary>
    public static async Task EndAllOf(string program)
    {
        for (int round = 0; round < 50; round++)
        {
            int[] left = [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(static name => int.TryParse(name, out _)).Select(static name => int.Parse(name!, System.Globalization.CultureInfo.InvariantCulture)).Where(pid => Runs(pid, program))];
            if (left.Length == 0) return;
            foreach (int pid in left) _ = Send(pid, round < 25 ? Terminate : Kill);
            await Task.Delay(100);
        }
    }

    private static bool Runs(int pid, string program)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{pid}/exe", returnFinalTarget: false)?.FullName == program;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It has ended, or is another user's.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int pid, int signal);
}

using System.Diagnostics;
using System.Globalization;

namespace ProcessArsenal.Overhead;

/// <summary>dotnet-trace, recording the same of a process: its profile of samples.</summary>
internal sealed class DotnetTrace : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _folder;

    private DotnetTrace(Process process, string folder) => (_process, _folder) = (process, folder);

    /// <summary>Begins; it is there when it says that it records.</summary>
    public static async Task<DotnetTrace> Record(string program, int target)
    {
        string folder = Directory.CreateTempSubdirectory("overhead-").FullName;
        var start = new ProcessStartInfo(program, ["collect", "-p", target.ToString(CultureInfo.InvariantCulture), "--profile", "dotnet-sampled-thread-time", "-o", Path.Join(folder, "a.nettrace")])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        var process = Process.Start(start)!;
        using var late = new CancellationTokenSource(Patience);
        while (await process.StandardOutput.ReadLineAsync(late.Token) is { } line)
            if (line.Contains("Output File", StringComparison.Ordinal)) break;
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        return new DotnetTrace(process, folder);
    }

    public async ValueTask DisposeAsync()
    {
        using (var interrupt = Process.Start("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)])) await interrupt.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        _process.Dispose();
        if (!File.Exists(Path.Join(_folder, "a.nettrace"))) throw new InvalidOperationException("dotnet-trace has recorded nothing.");
        Directory.Delete(_folder, recursive: true);
    }
}

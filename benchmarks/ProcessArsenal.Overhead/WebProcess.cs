using System.Diagnostics;
using System.Globalization;

namespace ProcessArsenal.Overhead;

/// <summary>A run of tests/targets/Web as it is deployed: Release, on the machine's runtime, with the defaults of servers. Nothing in it listens to its
/// meters. It ends with its input.</summary>
internal sealed class WebProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly CpuClock _clock;

    private WebProcess(Process process, int port)
    {
        _process = process;
        _clock = new CpuClock(process.Id);
        Port = port;
    }

    public int Pid => _process.Id;

    public int Port { get; }

    public static async Task<WebProcess> Start(string program)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [program]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        string? ready = await process.StandardOutput.ReadLineAsync();
        if (ready is null || !ready.StartsWith("ready ", StringComparison.Ordinal)) throw new InvalidOperationException($"{program} said {ready ?? "nothing"}.");
        return new WebProcess(process, int.Parse(ready["ready ".Length..], CultureInfo.InvariantCulture));
    }

    /// <inheritdoc cref="CpuClock.Nanoseconds"/>
    public long CpuNanoseconds() => _clock.Nanoseconds();

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

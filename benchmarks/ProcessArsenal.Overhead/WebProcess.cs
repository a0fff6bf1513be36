using System.Diagnostics;
using System.Globalization;

namespace ProcessArsenal.Overhead;

/// <summary>A run of tests/targets/Web or Catalogue as they are deployed: Release, on the machine's runtime, with the defaults of servers. Nothing in them
/// listens to their meters. Their log goes to /dev/null. They end with their input.</summary>
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
        var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec dotnet \"$0\" 2>/dev/null", program]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
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

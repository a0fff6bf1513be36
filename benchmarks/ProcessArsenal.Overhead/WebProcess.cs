using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ProcessArsenal.Overhead;

/// <summary>A run of tests/targets/Web as it is deployed: Release, on the machine's runtime, with the defaults of servers. Nothing in it listens to its
/// meters. It ends with its input.</summary>
internal sealed partial class WebProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly int _clock;

    private WebProcess(Process process, int clock, int port)
    {
        _process = process;
        _clock = clock;
        Port = port;
    }

    public int Pid => _process.Id;

    public int Port { get; }

    public static async Task<WebProcess> Start(string program)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [program]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        string? ready = await process.StandardOutput.ReadLineAsync();
        if (ready is null || !ready.StartsWith("ready ", StringComparison.Ordinal)) throw new InvalidOperationException($"{program} said {ready ?? "nothing"}.");
        if (ClockOf(process.Id, out int clock) != 0) throw new InvalidOperationException("Its CPU time can't be read.");
        return new WebProcess(process, clock, int.Parse(ready["ready ".Length..], CultureInfo.InvariantCulture));
    }

    /// <summary>CPU time that it has used so far, of all its threads, by the scheduler's own account and not in clock ticks of 10 ms.</summary>
    public long CpuNanoseconds()
    {
        if (ReadClock(_clock, out TimeSpec used) != 0) throw new InvalidOperationException("The target has ended.");
        return used.Seconds * 1_000_000_000 + used.Nanoseconds;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>clock_getcpuclockid(3).</summary>
    [LibraryImport("libc", EntryPoint = "clock_getcpuclockid")]
    private static partial int ClockOf(int pid, out int clock);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}

using System.Globalization;

namespace ProcessArsenal.Overhead;

/// <summary>What else the machine did while something was measured: the time of its processors that were busy, without that of our own processes.</summary>
internal sealed class Neighbours
{
    /// <summary>Of one processor's time. A machine that does nothing else has a few per cent: the kernel's, and what is rounded to ticks of 10 ms.</summary>
    private static readonly double Quiet = Settings.Number("OTHERS", 10) / 100.0;

    private const double TicksPerSecond = 100;

    /// <summary>user, nice, system, irq, softirq, steal; see proc_stat(5).</summary>
    private static readonly int[] Fields = [1, 2, 3, 6, 7, 8];

    private readonly CpuClock[] _ours;
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private readonly double _busyBefore = Busy(), _oursBefore;

    /// <summary>Begins to look.</summary>
    public Neighbours(params IEnumerable<int> ours)
    {
        _ours = [.. ours.Append(Environment.ProcessId).Select(pid => new CpuClock(pid))];
        _oursBefore = Ours();
    }

    /// <summary>What others took of one processor since then; 2 on two processors would be both.</summary>
    public double Share => (Busy() - _busyBefore - (Ours() - _oursBefore)) / TimeProvider.System.GetElapsedTime(_began).TotalSeconds;

    public static bool WereQuiet(double share) => share <= Quiet;

    private double Ours() => _ours.Sum(clock => clock.Nanoseconds()) / 1e9;

    /// <summary>Seconds, all processors together, of all but idle and iowait; what the hypervisor took is in it.</summary>
    private static double Busy()
    {
        string[] fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Fields.Sum(field => double.Parse(fields[field], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}

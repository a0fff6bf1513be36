using System.Globalization;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>How long reading a process's smaps_rollup would hold its memory lock, by what earlier readings took. Kept between half and ten
/// times the rate that was measured in general: huge pages read quickly and would make promises for those that have none, and one reading
/// that had to wait must not forbid all those that would correct it.</summary>
internal sealed class StallEstimate
{
    /// <summary>Longer than a time-out of a lock, a heartbeat or a frame would notice; a process of 200 GB stood still for 4.5 s.</summary>
    public static readonly TimeSpan MostStall = TimeSpan.FromMilliseconds(100);

    private const double Mebibyte = 1 << 20;
    private const double UsualSecondsPerMebibyte = 13e-6;

    /// <summary>Two processes of one size may differ by as much, by how their pages lie.</summary>
    private const double Caution = 2;

    /// <summary>Below it the fixed part of a reading (some 30 µs) hides the rate.</summary>
    private const double LeastToLearnFrom = 16 * Mebibyte;

    private double _rate = UsualSecondsPerMebibyte;
    private long _shown;
    private string _reason = "";

    /// <summary>The largest process that may be read, bytes of resident memory; 3.8 GB to begin with.</summary>
    public double LargestBytes => MostStall.TotalSeconds / (Caution * _rate) * Mebibyte;

    /// <summary>What it takes to be read. The same text while the limit stays about the same.</summary>
    public string Reason
    {
        get
        {
            const int step = 256;
            long shown = (long)(LargestBytes / Mebibyte / step) * step;
            if (shown == _shown) return _reason;
            _shown = shown;
            return _reason = string.Create(CultureInfo.InvariantCulture, $"a process of less than {shown} MiB: reading a larger one would stall it");
        }
    }

    public void Learn(double bytes, TimeSpan took)
    {
        if (bytes < LeastToLearnFrom || took <= TimeSpan.Zero) return;
        double rate = Math.Clamp(took.TotalSeconds / (bytes / Mebibyte), UsualSecondsPerMebibyte / 2, UsualSecondsPerMebibyte * 10);
        _rate += (rate - _rate) / 8;
    }
}

using System.Globalization;

namespace ProcessArsenal.Exporter.Api;

/// <summary>How many lines of one kind are logged: whoever can make us write one must not be able to fill a disk.</summary>
internal sealed class LogBudget(int perMinute, TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _began;
    private int _taken;
    private int _omitted;

    /// <returns>What to add to the line: how many were left out before it; null if it is one of those itself.</returns>
    public string? Take()
    {
        lock (_lock)
        {
            if (_began == 0 || time.GetElapsedTime(_began) >= TimeSpan.FromMinutes(1)) (_began, _taken) = (time.GetTimestamp(), 0);
            if (_taken == perMinute)
            {
                _omitted++;
                return null;
            }
            _taken++;
            int omitted = _omitted;
            _omitted = 0;
            return omitted > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({omitted} more before were not logged)") : "";
        }
    }
}

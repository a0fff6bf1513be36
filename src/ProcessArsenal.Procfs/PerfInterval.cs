namespace ProcessArsenal.Procfs;

/// <summary>The time between two samples of one event, which is another one after each thirty. Rates, not times, are even about the one asked for, and come in
/// pairs that even each other out: the number of samples stays a measure of time. Pure.</summary>
internal struct PerfInterval
{
    /// <summary>Samples at one rate, at least. With each new one the time since the last sample is lost, half an interval on average: not to be few.</summary>
    public const int Samples = 30;

    /// <summary>How far a rate is from the one asked for, at most.</summary>
    public const double Widest = 0.1;

    private ulong _since;
    private double _difference;
    private bool _isSecond;

    /// <param name="counted">Nanoseconds that the event has counted by now.</param>
    /// <param name="asked">Nanoseconds between two samples, as asked for.</param>
    public readonly bool IsOver(ulong counted, ulong asked) => counted - _since >= Samples * asked;

    /// <summary>Nanoseconds between two samples from here on.</summary>
    /// <param name="draw">In [0, 1).</param>
    public ulong Next(ulong counted, ulong asked, double draw)
    {
        double forLost = 1 + (0.5 * asked / Math.Max(asked, counted - _since)); // If it goes on for as long as it did.
        _since = counted;
        _difference = _isSecond ? -_difference : Widest * ((2 * draw) - 1);
        _isSecond = !_isSecond;
        return (ulong)(asked / ((1 + _difference) * forLost));
    }
}

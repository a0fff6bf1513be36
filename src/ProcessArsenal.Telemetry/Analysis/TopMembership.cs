namespace ProcessArsenal.Telemetry.Analysis;

/// <summary>Whether a process counts as one of the top, with hysteresis: it enters among the first n, and leaves only after it has been
/// below 2n for <see cref="PatienceTicks"/> ticks, so that the set of series does not flap.</summary>
public struct TopMembership
{
    public const int PatienceTicks = 6;

    private int _ticksLeft;

    public readonly bool IsMember => _ticksLeft > 0;

    /// <summary>Takes in the rank of this tick.</summary>
    /// <param name="rank">0 is the first; <see cref="int.MaxValue"/> if it does not compete.</param>
    /// <param name="n">How many are wanted; 0 turns it off.</param>
    public void Update(int rank, int n)
    {
        if (rank < n || (IsMember && rank < 2L * n)) _ticksLeft = PatienceTicks;
        else if (_ticksLeft > 0) _ticksLeft = n == 0 ? 0 : _ticksLeft - 1;
    }
}

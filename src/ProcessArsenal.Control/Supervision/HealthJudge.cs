namespace ProcessArsenal.Control.Supervision;

/// <summary>What the answers to a child's health checks add up to: pure.</summary>
internal sealed class HealthJudge(HealthSpec spec)
{
    /// <summary>In a row, those that count.</summary>
    public int Failures { get; private set; }

    /// <summary>Null before the first answer.</summary>
    public bool? IsHealthy { get; private set; }

    /// <summary>Why the last one failed; null if it did not.</summary>
    public string? Why { get; private set; }

    private bool _hasBeenHealthy;

    /// <summary>Takes an answer.</summary>
    /// <param name="why">Null if it is well.</param>
    /// <param name="age">Of the child.</param>
    /// <returns>Whether it has failed for too often now.</returns>
    public bool Take(string? why, TimeSpan age)
    {
        (IsHealthy, Why) = (why is null, why);
        if (why is null)
        {
            _hasBeenHealthy = true;
            Failures = 0;
        }
        else if (_hasBeenHealthy || age >= spec.StartPeriod)
        {
            Failures++;
        }
        return Failures >= spec.Failures;
    }
}

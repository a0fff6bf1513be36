namespace ProcessArsenal.Telemetry.Analysis.Trends;

/// <summary>What <see cref="LeakDetector"/> says of a series. Bytes, unless it was asked of something else.</summary>
public readonly record struct LeakFinding
{
    public TrendVerdict Verdict { get; init; }

    /// <summary>The middle of the slopes between points half of the time apart (Theil's incomplete method), per second; below zero where it falls. Of
    /// the time since <see cref="Since"/> where something rises, else of the last hour. Null if the verdict is <see cref="TrendVerdict.Unknown"/>.</summary>
    public double? Slope { get; init; }

    /// <summary>Of a leak: how likely it is that it is one, 0 to 1, by how far it is out of its noise and how sure it is that it does not slow. Early, when it
    /// may still turn out to have been a small warm-up, 0.5 is usual; 0.9 takes 1 MB a minute, in noise of 2 MB, 17 minutes in the median. 0 otherwise.</summary>
    public double Confidence { get; init; }

    /// <summary>For how long it has risen; null where it does not.</summary>
    public TimeSpan? Since { get; init; }

    /// <summary>Where the line through what rises was when it began.</summary>
    public double Before { get; init; }

    /// <summary>Where that line is now.</summary>
    public double Now { get; init; }

    /// <summary>The lowest lately: in the last third of the time, and in ten minutes at most.</summary>
    public double Low { get; init; }

    /// <summary>The slope in standard errors, by the noise around the line.</summary>
    public double Errors { get; init; }

    /// <summary>How fast it rises in the second half of the time, over how fast it did in the first.</summary>
    public double Pace { get; init; }

    /// <summary>The limit that was asked about.</summary>
    public double? Limit { get; init; }

    /// <summary>When a leak reaches the limit if it goes on: zero if it is there. Null without a limit, and of anything but a leak.</summary>
    public TimeSpan? ToLimit { get; init; }

    /// <summary>In words, with figures. Made when asked for.</summary>
    public string Reason => LeakReason.Of(this);
}

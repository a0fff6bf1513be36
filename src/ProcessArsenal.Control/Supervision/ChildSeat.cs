namespace ProcessArsenal.Control.Supervision;

/// <summary>A child's place in its supervisor: what the machine does not need to know of it. Used by the supervisor's loop.</summary>
internal sealed class ChildSeat(int index, ChildSpec spec, ChildFiles files)
{
    private int _isTended;

    public int Index { get; } = index;

    public ChildSpec Spec { get; } = spec;

    public ChildFiles Files { get; } = files;

    /// <summary>Null while it has none.</summary>
    public ChildLife? Life { get; private set; }

    /// <summary>Of the file that its present or last life writes to.</summary>
    public ChildLog Log { get; private set; } = new(files.Log, spec.Log.MaxSize, spec.Log.Keep);

    public ChildEnd? LastEnd { get; set; }

    /// <summary>How often it could not be started.</summary>
    public int LaunchFailures { get; set; }

    /// <summary>Why we stop it, if it is for a failure of its own.</summary>
    public string? Cause { get; set; }

    /// <summary>Why it does not end.</summary>
    public string? StopTrouble { get; set; }

    public string? LogTrouble { get; private set; }

    public HealthJudge? Health { get; set; }

    /// <summary>Health checks of all its lives, by how they were answered.</summary>
    public long ChecksPassed { get; set; }

    public long ChecksFailed { get; set; }

    /// <summary>Ends its health checks.</summary>
    public CancellationTokenSource? Checks { get; set; }

    public void Begin(ChildLife life)
    {
        Life = life;
        if (life.Log != Log.Path) Log = new ChildLog(life.Log, Spec.Log.MaxSize, Spec.Log.Keep);
        (Cause, StopTrouble) = (null, null);
        Health = Spec.Health is { } health ? new HealthJudge(health) : null;
    }

    public void End()
    {
        StopChecks();
        Life?.Dispose();
        (Life, Health, StopTrouble) = (null, null, null);
        if (Files.Log != Log.Path) Log = new ChildLog(Files.Log, Spec.Log.MaxSize, Spec.Log.Keep);
    }

    public void StopChecks()
    {
        Checks?.Cancel();
        Checks?.Dispose();
        Checks = null;
    }

    /// <summary>Looks after its log, unless that is being done: a disk that hangs holds one thread for each child, no more, and no other child's log.</summary>
    public void TendLog()
    {
        if (Interlocked.Exchange(ref _isTended, 1) != 0) return;
        ChildLog log = Log;
        _ = Task.Run(() =>
        {
            try
            {
                LogTrouble = log.Check();
            }
            finally
            {
                Volatile.Write(ref _isTended, 0);
            }
        });
    }
}

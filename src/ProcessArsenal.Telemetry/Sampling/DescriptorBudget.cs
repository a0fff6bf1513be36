namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>How many descriptors may be kept open for processes within RLIMIT_NOFILE, with room left for everything else. What makes a process
/// certain (its directory, its pidfd) goes before what makes it cheap (its files), so the latter get half of them at most.</summary>
internal sealed class DescriptorBudget
{
    private const ulong Reserve = 512;

    private readonly int _most;
    private int _taken;
    private int _takenForFiles;

    /// <param name="limit">Soft RLIMIT_NOFILE.</param>
    public DescriptorBudget(ulong limit) =>
        _most = limit > 2 * Reserve ? (int)Math.Min(limit - Reserve, 1 << 22) : (int)(limit / 4);

    public bool TryTake(int descriptors)
    {
        if (_taken + descriptors > _most) return false;
        _taken += descriptors;
        return true;
    }

    public bool TryTakeForFiles(int descriptors)
    {
        if (_takenForFiles + descriptors > _most / 2 || !TryTake(descriptors)) return false;
        _takenForFiles += descriptors;
        return true;
    }

    public void GiveBack(int descriptors) => _taken -= descriptors;

    public void GiveBackFiles(int descriptors)
    {
        _takenForFiles -= descriptors;
        _taken -= descriptors;
    }
}

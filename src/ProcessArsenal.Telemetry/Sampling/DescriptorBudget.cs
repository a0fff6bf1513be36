namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>How many processes may keep their descriptors open (two each) within RLIMIT_NOFILE, with room left for everything else.</summary>
internal sealed class DescriptorBudget
{
    public const int PerProcess = 2;
    private const ulong Reserve = 512;

    private readonly int _most;
    private int _taken;

    /// <param name="limit">Soft RLIMIT_NOFILE.</param>
    public DescriptorBudget(ulong limit) =>
        _most = limit > 2 * Reserve ? (int)Math.Min((limit - Reserve) / PerProcess, 1 << 20) : (int)(limit / 4 / PerProcess);

    public bool TryTake()
    {
        if (_taken >= _most) return false;
        _taken++;
        return true;
    }

    public void GiveBack() => _taken--;
}

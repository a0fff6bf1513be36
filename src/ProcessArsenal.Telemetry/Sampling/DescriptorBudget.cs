using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>How many processes may keep their descriptors open (two each) within RLIMIT_NOFILE, with room left for everything else.</summary>
internal sealed class DescriptorBudget
{
    public const int PerProcess = 2;
    private const ulong Reserve = 512;

    private readonly int _most;
    private int _taken;

    public DescriptorBudget(ProcFs proc)
        : this(OwnLimit(proc))
    {
    }

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

    private static ulong OwnLimit(ProcFs proc)
    {
        const ulong posixMinimum = 256;
        if (proc.OpenProcess(Environment.ProcessId, out ProcessDirectory? self) != ReadOutcome.Ok || self is null) return posixMinimum;
        using (self)
            return self.ReadLimits(new byte[4096], out ProcLimits limits) == ReadOutcome.Ok ? limits.OpenFilesSoft : posixMinimum;
    }
}

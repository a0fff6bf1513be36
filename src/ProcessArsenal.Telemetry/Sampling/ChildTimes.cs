using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Where the kernel tells no exit records, a parent's child times still tell that more CPU was used than was sampled: by children between
/// their last sample and their end, and by those never seen. Whose it was they don't tell, so it is counted, and in no group.</summary>
internal sealed class ChildTimes
{
    private readonly Dictionary<int, double> _balances = [];
    private readonly Dictionary<int, double> _debts = [];

    /// <summary>CPU time in clock ticks that is in no group.</summary>
    public double UnattributedTicks { get; private set; }

    /// <summary>A living parent's child times may have grown.</summary>
    /// <param name="before">Its child times in the sample before, both modes.</param>
    public void Grew(in ProcStat parent, ulong before)
    {
        ulong now = parent.ChildUserTicks + parent.ChildSystemTicks;
        if (now > before) Add(parent.Pid, now - before);
    }

    /// <summary>A child has ended whose time is in a group already, and will be in its parent's child times if that waits for it.</summary>
    public void Ended(in ProcStat last) => Add(last.ParentPid, -((double)last.UserTicks + last.SystemTicks + last.ChildUserTicks + last.ChildSystemTicks));

    /// <summary>Takes what is left over at the end of a tick. A parent is often read before its child was found ended or the other way round, so
    /// a debt is carried over for one tick.</summary>
    public void EndTick()
    {
        foreach ((int parent, double debt) in _debts)
            if (_balances.TryGetValue(parent, out double balance) && balance > 0) _balances[parent] = balance + debt;
        _debts.Clear();
        foreach ((int parent, double balance) in _balances)
        {
            if (balance > 0) UnattributedTicks += balance;
            else if (balance < 0) _debts[parent] = balance;
        }
        _balances.Clear();
    }

    private void Add(int parent, double ticks) => _balances[parent] = _balances.GetValueOrDefault(parent) + ticks;
}

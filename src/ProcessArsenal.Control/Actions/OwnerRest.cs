using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Actions;

/// <summary>The other processes of an owner whose main process is stopped. Who was seen while that lived is of before, and must be gone with it, and so are children of these. Whoever
/// else comes later may be what the owner has started again, and is let be.</summary>
internal sealed class OwnerRest
{
    /// <summary>Between two looks: who is forked after the last one before the end of the main process can't be told from a new start.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>What they get to end at least, and how long SIGKILL is waited for.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(5);

    private const int MostNamed = 10;

    private readonly ActionContext _context;
    private readonly Owner _owner;
    private readonly HashSet<ProcessIdentity> _before, _killed = [];

    public OwnerRest(ActionContext context, Owner owner) => (_context, _owner, _before) = (context, owner, [context.Process.Identity, .. context.Reach.Others]);

    /// <summary>Sees who has come, as long as the main process lives.</summary>
    public void Look()
    {
        IReadOnlyList<OwnerMember> now = Now();
        if (!_context.Process.HasEnded()) _before.UnionWith(now.Select(static member => member.Identity));
    }

    /// <summary>Has all of them end: by SIGTERM, and SIGKILL if they do not in time. Their owner does the same, mostly.</summary>
    /// <param name="end">Of the main process.</param>
    /// <param name="within">What is left of the time to end.</param>
    public async Task<ActionEnd> EndAsync(ActionEnd end, TimeSpan within, CancellationToken cancellation)
    {
        Send(Left(), SignalNames.Terminate);
        List<ProcessIdentity> left = await WaitAsync(within > Least ? within : Least, static _ => { }, cancellation).ConfigureAwait(false);
        if (left.Count > 0) left = await WaitAsync(Patience, Kill, cancellation).ConfigureAwait(false);
        ProcessIdentity[] later = [.. Now().Select(static member => member.Identity).Where(identity => !_before.Contains(identity))];
        string reason = FormattableString.Invariant($"{end.Reason}; of {_owner} {_before.Count - 1 - left.Count} other processes ended")
            + (_killed.Count > left.Count ? FormattableString.Invariant($", {_killed.Count - left.Count} of them by SIGKILL") : "")
            + (left.Count > 0 ? $", and {Named(left)} did not, not even by SIGKILL" : "")
            + (later.Length > 0 ? $"; it has {Named(later)} since then, which it has started again, or which was left behind" : "");
        return end with { Succeeded = end.Succeeded && left.Count == 0, Reason = reason };
    }

    /// <returns>Who is left.</returns>
    private async Task<List<ProcessIdentity>> WaitAsync(TimeSpan within, Action<List<ProcessIdentity>> each, CancellationToken cancellation)
    {
        long began = _context.Time.GetTimestamp();
        while (true)
        {
            List<ProcessIdentity> left = Left();
            if (left.Count == 0 || _context.Time.GetElapsedTime(began) >= within) return left;
            each(left);
            await Task.Delay(LookInterval, _context.Time, cancellation).ConfigureAwait(false);
        }
    }

    private void Kill(List<ProcessIdentity> left)
    {
        _killed.UnionWith(left);
        Send(left, SignalNames.Kill);
    }

    /// <summary>One after the other, as there may be thousands: each is held, and so the one that was seen, or nobody.</summary>
    private void Send(List<ProcessIdentity> to, int signal)
    {
        foreach (ProcessIdentity identity in to)
        {
            using HeldProcess? held = HeldProcess.Open(_context.Proc, identity, out _);
            _ = held?.Send(signal);
            if (signal == SignalNames.Terminate) _ = held?.Send(SignalNames.Continue);
        }
    }

    private List<ProcessIdentity> Left()
    {
        IReadOnlyList<OwnerMember> now = Now();
        Dictionary<int, ProcessIdentity> left = now.Where(member => _before.Contains(member.Identity)).ToDictionary(static member => member.Identity.Pid, static member => member.Identity);
        // In the order of their start, so parents before children. A parent that lives still was so when the child said whose it is.
        foreach (OwnerMember member in now)
            if (!_before.Contains(member.Identity) && left.TryGetValue(member.ParentPid, out ProcessIdentity parent) && Lives(parent) && left.TryAdd(member.Identity.Pid, member.Identity)) _before.Add(member.Identity);
        return [.. left.Values];
    }

    private bool Lives(ProcessIdentity identity)
    {
        using HeldProcess? held = HeldProcess.Open(_context.Proc, identity, out _);
        return held is not null;
    }

    private IReadOnlyList<OwnerMember> Now() => OwnerProcesses.List(_context.Proc, _owner).Members;

    private static string Named(IReadOnlyCollection<ProcessIdentity> processes) =>
        "pid " + string.Join(", ", processes.Take(MostNamed).Select(static one => one.Pid)) + (processes.Count > MostNamed ? FormattableString.Invariant($" and {processes.Count - MostNamed} more") : "");
}

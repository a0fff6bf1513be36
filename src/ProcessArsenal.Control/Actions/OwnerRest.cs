using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Actions;

/// <summary>The other processes of an owner whose main process is stopped. Who was seen while that lived is of before, and must be gone with it, and so are children of these. Whoever
/// else comes later may be what the owner has started again, and is let be.</summary>
internal sealed class OwnerRest
{
    /// <summary>Between two looks: who is forked after the last one before the end of the main process can't be told from a new start.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>What they get to end at least, and how long SIGKILL is waited for.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(5);

    private const int MostNamed = 10, LooksShare = 4;

    private readonly ActionContext _context;
    private readonly Owner _owner;
    private readonly HashSet<ProcessIdentity> _before, _killed = [];

    /// <summary>Who came later and is not to be ended, and why.</summary>
    private readonly Dictionary<ProcessIdentity, string> _spared = [];

    private bool _isComplete = true;

    public OwnerRest(ActionContext context, Owner owner) => (_context, _owner, _before) = (context, owner, [context.Process.Identity, .. context.Reach.Others]);

    /// <summary>Sees who has come, as long as the main process lives.</summary>
    /// <returns>After what time to look again.</returns>
    public TimeSpan Look()
    {
        long began = _context.Time.GetTimestamp();
        IReadOnlyList<OwnerMember> now = Now();
        if (!_context.Process.HasEnded()) foreach (OwnerMember member in now) Add(member.Identity);
        return PauseAfter(began);
    }

    /// <summary>Has all of them end: by SIGTERM, and SIGKILL if they do not in time. Their owner does the same, mostly.</summary>
    /// <param name="end">Of the main process.</param>
    /// <param name="within">What is left of the time to end.</param>
    public async Task<ActionEnd> EndAsync(ActionEnd end, TimeSpan within, CancellationToken cancellation)
    {
        Send(Left(), SignalNames.Terminate);
        List<ProcessIdentity> left = await WaitAsync(within > Least ? within : Least, static _ => { }, cancellation).ConfigureAwait(false);
        if (left.Count > 0) left = await WaitAsync(Patience, Kill, cancellation).ConfigureAwait(false);
        HashSet<ProcessIdentity> there = [.. Now().Select(static member => member.Identity)];
        ProcessIdentity[] moved = [.. _before.Where(identity => identity != _context.Process.Identity && !there.Contains(identity) && Lives(identity))];
        ProcessIdentity[] later = [.. there.Where(identity => !_before.Contains(identity) && !_spared.ContainsKey(identity))];
        int ended = _before.Count - 1 - left.Count - moved.Length, killed = _killed.Except(left).Except(moved).Count();
        string reason = FormattableString.Invariant($"{end.Reason}; {ended} other {(ended == 1 ? "process" : "processes")} of {_owner} ended")
            + (killed > 0 ? FormattableString.Invariant($", {killed} by SIGKILL") : "")
            + (left.Count > 0 ? $"; {Named(left)} did not, not even by SIGKILL" : "")
            + (moved.Length > 0 ? $"; {Named(moved)} left it meanwhile, and is let be" : "")
            + (_spared.Count > 0 ? $"; let be: {string.Join("; ", _spared.Values.Take(MostNamed))}" : "")
            + (later.Length > 0 ? $"; {Named(later)} came since then: started again by it, or left behind" : "")
            + (_isComplete ? "" : "; it has more that could not be looked at");
        return end with { Succeeded = end.Succeeded && left.Count == 0 && _isComplete, Reason = reason };
    }

    /// <returns>Who is left.</returns>
    private async Task<List<ProcessIdentity>> WaitAsync(TimeSpan within, Action<List<ProcessIdentity>> each, CancellationToken cancellation)
    {
        long began = _context.Time.GetTimestamp();
        while (true)
        {
            long look = _context.Time.GetTimestamp();
            List<ProcessIdentity> left = Left();
            if (left.Count == 0 || _context.Time.GetElapsedTime(began) >= within) return left;
            each(left);
            await Task.Delay(PauseAfter(look), _context.Time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Thousands take a while to be looked at: no more than a part of a processor.</summary>
    private TimeSpan PauseAfter(long look) => _context.Time.GetElapsedTime(look) * LooksShare is var pause && pause > LookInterval ? pause : LookInterval;

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
            if (!_before.Contains(member.Identity) && left.TryGetValue(member.ParentPid, out ProcessIdentity parent) && Lives(parent) && Add(member.Identity)) left.TryAdd(member.Identity.Pid, member.Identity);
        return [.. left.Values];
    }

    /// <summary>Takes one for one of before, unless a guard objects: those have not been asked of it.</summary>
    /// <returns>Whether it is one.</returns>
    private bool Add(ProcessIdentity identity)
    {
        if (_before.Contains(identity)) return true;
        if (_spared.ContainsKey(identity)) return false;
        if (_context.ObjectionTo(identity) is { } objection)
        {
            _spared.Add(identity, objection.Reason);
            return false;
        }
        return _before.Add(identity);
    }

    private bool Lives(ProcessIdentity identity)
    {
        using HeldProcess? held = HeldProcess.Open(_context.Proc, identity, out _);
        return held is not null;
    }

    private IReadOnlyList<OwnerMember> Now()
    {
        OwnerMembers members = OwnerProcesses.List(_context.Proc, _owner);
        _isComplete = members.IsComplete;
        return members.Members;
    }

    private static string Named(IReadOnlyCollection<ProcessIdentity> processes) =>
        "pid " + string.Join(", ", processes.Take(MostNamed).Select(static one => one.Pid)) + (processes.Count > MostNamed ? FormattableString.Invariant($" and {processes.Count - MostNamed} more") : "");
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control;

/// <summary>What guards go by beyond the target itself: what is under way, and what the ledger remembers. Safe for concurrent use.</summary>
internal sealed class ControlState(ProcFs proc, ActionLedger? ledger, TargetResolver resolver, Func<ControlOptions> options, TimeProvider time)
{
    private const string BudgetKey = "budget/host";

    private readonly Lock _lock = new();
    private readonly List<Underway> _open = [];

    /// <summary>The same by itself: what is only tried in it stays in it.</summary>
    public ControlState Copy()
    {
        var copy = new ControlState(proc, ledger, resolver, options, time) { Ancestors = Ancestors };
        lock (_lock) copy._open.AddRange(_open);
        return copy;
    }

    public ProcFs Proc => proc;

    public Ancestors Ancestors { get; private init; } = new(proc);

    public ControlOptions Options => options();

    public PauseState? Pause => ledger?.State(PauseState.Key) is { } entry ? PauseState.Parse(entry.Value) : null;

    /// <summary>How many other actions are under way.</summary>
    public int OpenWithout(ProcessIdentity target)
    {
        lock (_lock) return _open.Count(underway => underway.Key != target);
    }

    /// <summary>Notes that something is done to a target, unless something is already that can't be overtaken.</summary>
    public bool TryBegin(Target target, ControlRequest request)
    {
        lock (_lock)
        {
            if (_open.Exists(underway => underway.Key == target.Key && !request.Action.Passes(underway.Request.Action))) return false;
            _open.Add(new Underway(target, request));
            return true;
        }
    }

    /// <summary>It counts against the budget by now, in the ledger.</summary>
    public void NoteRecorded(Target target, ControlRequest request)
    {
        lock (_lock) if (Of(target, request) is { } underway) underway.IsRecorded = true;
    }

    public void End(Target target, ControlRequest request)
    {
        lock (_lock) if (Of(target, request) is { } underway) _open.Remove(underway);
    }

    /// <summary>What another request does to a target, or to the child whose process it is, or to its process, and can't be overtaken; null if nothing.</summary>
    public string? ActionOn(Target target, ControlRequest request)
    {
        lock (_lock) return _open.Find(underway => (underway.Key == target.Key || underway.IsOf(target.Identity)) && underway.Hinders(request))?.Request.Action.Name;
    }

    /// <summary>The same of a process that is no target.</summary>
    public string? ActionOn(ProcessIdentity process, ControlRequest request)
    {
        lock (_lock) return _open.Find(underway => underway.IsOf(process) && underway.Hinders(request))?.Request.Action.Name;
    }

    /// <summary>How many of a group would be left that are fit for work, by what the kernel says of each now: without some of them, and without those that
    /// something is done to.</summary>
    public int HealthyBeside(string group, IReadOnlySet<ProcessIdentity> without)
    {
        int healthy = 0;
        foreach (ProcessIdentity member in resolver.MembersOf(group))
        {
            lock (_lock) if (without.Contains(member) || _open.Exists(underway => underway.Request.Action.IsHarmful && underway.IsOf(member))) continue;
            using HeldProcess? held = HeldProcess.Open(proc, member, out _);
            if (held is not null && TargetFacts.Read(proc, held) is { IsStopped: false, IsZombie: false }) healthy++;
        }
        return healthy;
    }

    /// <summary>Until when nothing is to be done to a target; null if something may.</summary>
    public DateTimeOffset? Cooldown(ControlRequest request, Target target) =>
        // What this very request began with is no hindrance to it.
        ledger?.State(CooldownKey(request, target)) is { } entry && !IsRecorded(request, target) ? entry.Expires : null;

    /// <summary>Actions of the last hour, with those that a request is about to take, without the one on a target.</summary>
    public int SpentWithout(ControlRequest request, Target target)
    {
        int spent = Budget().Sum(static minute => minute.Count);
        lock (_lock)
        {
            foreach (Underway underway in _open)
            {
                if (!ReferenceEquals(underway.Request, request)) continue;
                if (underway.Key == target.Key) spent -= underway.IsRecorded ? 1 : 0;
                else spent += underway.IsRecorded ? 0 : 1;
            }
        }
        return spent;
    }

    /// <summary>What changes in the ledger when actions are taken.</summary>
    public List<StateChange> Spend(ControlRequest request, IReadOnlyList<Target> targets)
    {
        // What harms nobody (a recording, a resume) takes nothing from what may be done against harm.
        List<StateChange> changes = request.Action.IsHarmful ? [Budget(targets.Count)] : [];
        if (request.Limits.Cooldown <= TimeSpan.Zero) return changes;
        DateTimeOffset until = time.GetUtcNow() + request.Limits.Cooldown;
        foreach (string key in targets.Select(target => CooldownKey(request, target)).Distinct()) changes.Add(new StateChange(key, until.ToString("O", CultureInfo.InvariantCulture), until));
        return changes;
    }

    /// <summary>What changes in the ledger when an action that was taken is not carried out.</summary>
    /// <param name="isOnly">No other of its request holds the cooldown up.</param>
    public List<StateChange> GiveBack(ControlRequest request, Target target, bool isOnly)
    {
        List<StateChange> changes = request.Action.IsHarmful ? [Budget(-1)] : [];
        if (isOnly && request.Limits.Cooldown > TimeSpan.Zero) changes.Add(new StateChange(CooldownKey(request, target), null));
        return changes;
    }

    private StateChange Budget(int count)
    {
        DateTimeOffset now = time.GetUtcNow();
        long minute = Minute(now);
        var minutes = Budget().ToDictionary(static one => one.Minute, static one => one.Count);
        minutes[minute] = Math.Max(0, minutes.GetValueOrDefault(minute) + count);
        string value = string.Join(',', minutes.Where(static one => one.Value > 0).OrderBy(static one => one.Key).Select(static one => string.Create(CultureInfo.InvariantCulture, $"{one.Key}:{one.Value}")));
        return new StateChange(BudgetKey, value, now + TimeSpan.FromMinutes(61));
    }

    private bool IsRecorded(ControlRequest request, Target target)
    {
        lock (_lock) return Of(target, request) is { IsRecorded: true };
    }

    /// <summary>Names that processes or configurations choose go in as a hash: a key has a length and no control characters.</summary>
    private static string CooldownKey(ControlRequest request, Target target)
    {
        string whose = $"{request.Policy ?? request.Trigger}\n{request.Action.Name}\n{target.Child?.ToString() ?? target.Group ?? target.Identity.ToString()}";
        return $"cooldown/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whose)))[..32]}";
    }

    /// <summary>Actions by minute, of the last hour: a minute that has begun before counts as a whole.</summary>
    private List<(long Minute, int Count)> Budget()
    {
        long oldest = Minute(time.GetUtcNow()) - 60;
        var minutes = new List<(long, int)>();
        foreach (string part in (ledger?.State(BudgetKey)?.Value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = part.Split(':');
            if (pair.Length == 2 && long.TryParse(pair[0], NumberStyles.None, CultureInfo.InvariantCulture, out long minute) && int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count) && minute >= oldest)
                minutes.Add((minute, count));
        }
        return minutes;
    }

    private static long Minute(DateTimeOffset time) => time.ToUnixTimeSeconds() / 60;

    /// <summary>In the lock.</summary>
    private Underway? Of(Target target, ControlRequest request) => _open.Find(underway => underway.Key == target.Key && ReferenceEquals(underway.Request, request));

    /// <summary>What is done to one target, a process or a child.</summary>
    private sealed class Underway(Target target, ControlRequest request)
    {
        public ProcessIdentity Key => target.Key;

        public ControlRequest Request => request;

        public bool IsRecorded { get; set; }

        /// <summary>It is done to that process, by itself or as a child. Of a child that does not run there is none.</summary>
        public bool IsOf(ProcessIdentity process) => process != default && (target.Key == process || target.Identity == process);

        public bool Hinders(ControlRequest other) => !ReferenceEquals(request, other) && !other.Action.Passes(request.Action);
    }
}

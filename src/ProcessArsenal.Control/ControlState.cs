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
    private readonly Dictionary<ProcessIdentity, Underway> _open = [];

    /// <summary>The same by itself: what is only tried in it stays in it.</summary>
    public ControlState Copy()
    {
        var copy = new ControlState(proc, ledger, resolver, options, time);
        lock (_lock)
        {
            foreach ((ProcessIdentity identity, Underway underway) in _open) copy._open.Add(identity, underway);
        }
        return copy;
    }

    public ProcFs Proc => proc;

    public ControlOptions Options => options();

    public PauseState? Pause => ledger?.State(PauseState.Key) is { } entry ? PauseState.Parse(entry.Value) : null;

    /// <summary>How many other actions are under way.</summary>
    public int OpenWithout(ProcessIdentity target)
    {
        lock (_lock) return _open.Count - (_open.ContainsKey(target) ? 1 : 0);
    }

    /// <summary>Notes that something is done to a target, unless something is already.</summary>
    public bool TryBegin(Target target, ControlRequest request)
    {
        lock (_lock) return _open.TryAdd(target.Key, new Underway(request, target.Identity));
    }

    /// <summary>It counts against the budget by now, in the ledger.</summary>
    public void NoteRecorded(ProcessIdentity target)
    {
        lock (_lock) if (_open.TryGetValue(target, out Underway? underway)) underway.IsRecorded = true;
    }

    public void End(ProcessIdentity target)
    {
        lock (_lock) _open.Remove(target);
    }

    /// <summary>What another request does to a target, or to the child whose process it is, or to its process; null if nothing.</summary>
    public string? ActionOn(Target target, ControlRequest request)
    {
        lock (_lock) return Other(_open.GetValueOrDefault(target.Key) ?? On(target.Identity), request);
    }

    /// <summary>The same of a process that is no target.</summary>
    public string? ActionOn(ProcessIdentity process, ControlRequest request)
    {
        lock (_lock) return Other(On(process), request);
    }

    private static string? Other(Underway? underway, ControlRequest request) => underway is not null && !ReferenceEquals(underway.Request, request) ? underway.Request.Action.Name : null;

    /// <summary>How many of a group would be left that are fit for work, by what the kernel says of each now: without some of them, and without those that
    /// something is done to.</summary>
    public int HealthyBeside(string group, IReadOnlySet<ProcessIdentity> without)
    {
        int healthy = 0;
        foreach (ProcessIdentity member in resolver.MembersOf(group))
        {
            lock (_lock) if (without.Contains(member) || On(member) is { Request.Action.IsHarmful: true }) continue;
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
            foreach ((ProcessIdentity identity, Underway underway) in _open)
            {
                if (!ReferenceEquals(underway.Request, request)) continue;
                if (identity == target.Key) spent -= underway.IsRecorded ? 1 : 0;
                else spent += underway.IsRecorded ? 0 : 1;
            }
        }
        return spent;
    }

    /// <summary>What changes in the ledger when actions are taken.</summary>
    public List<StateChange> Spend(ControlRequest request, IReadOnlyList<Target> targets)
    {
        List<StateChange> changes = [Budget(targets.Count)];
        if (request.Limits.Cooldown <= TimeSpan.Zero) return changes;
        DateTimeOffset until = time.GetUtcNow() + request.Limits.Cooldown;
        foreach (string key in targets.Select(target => CooldownKey(request, target)).Distinct()) changes.Add(new StateChange(key, until.ToString("O", CultureInfo.InvariantCulture), until));
        return changes;
    }

    /// <summary>What changes in the ledger when an action that was taken is not carried out.</summary>
    /// <param name="isOnly">No other of its request holds the cooldown up.</param>
    public List<StateChange> GiveBack(ControlRequest request, Target target, bool isOnly) =>
        isOnly && request.Limits.Cooldown > TimeSpan.Zero ? [Budget(-1), new StateChange(CooldownKey(request, target), null)] : [Budget(-1)];

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
        lock (_lock) return _open.TryGetValue(target.Key, out Underway? underway) && ReferenceEquals(underway.Request, request) && underway.IsRecorded;
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

    /// <summary>What is done to a process, by itself or as a child; in the lock. Of a child that does not run there is none.</summary>
    private Underway? On(ProcessIdentity process) => process == default ? null : _open.GetValueOrDefault(process) ?? _open.Values.FirstOrDefault(underway => underway.Process == process);

    private sealed class Underway(ControlRequest request, ProcessIdentity process)
    {
        public ProcessIdentity Process => process;

        public ControlRequest Request => request;

        public bool IsRecorded { get; set; }
    }
}

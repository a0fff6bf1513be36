using System.Text.Json.Serialization.Metadata;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Policies.Machine;

/// <summary>One policy with all that is known of it. Belongs to the machine.</summary>
internal sealed class PolicyBook(Policy policy)
{
    /// <summary>As they were written last: what did not change is not written again.</summary>
    private Dictionary<(string Kind, string What), (object Value, StateChange Row)> _rows = [];

    public Policy Policy { get; set; } = policy;

    public Dictionary<string, PolicyRun> Runs { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Incident> Incidents { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, TargetMemory> Targets { get; } = new(StringComparer.Ordinal);

    public PolicyBudget Budget { get; set; } = new([]);

    public long Sequence { get; set; }

    public PolicyMode? SetMode { get; set; }

    /// <summary>What the configuration said when <see cref="SetMode"/> or the latch was set.</summary>
    public PolicyMode Configured { get; set; } = policy.Mode;

    public DateTimeOffset? LatchedSince { get; set; }

    public string? LatchedWhy { get; set; }

    public int Uncured { get; set; }

    public PolicyScore Score { get; set; } = new(0, 0, 0);

    /// <summary>What the latest sample says; not kept.</summary>
    public IReadOnlyDictionary<string, TargetLook> Looks { get; set; } = new Dictionary<string, TargetLook>();

    /// <summary>There are more than those; not kept.</summary>
    public bool HasMore { get; set; }

    /// <summary>For whom it holds now, and was said so; not kept.</summary>
    public HashSet<string> Episodes { get; } = new(StringComparer.Ordinal);

    /// <summary>What was said of these, so that it is said once; not kept.</summary>
    public HashSet<(string Key, string What)> Said { get; } = [];

    /// <summary>Whom a guard refused, until when it is not asked again; not kept.</summary>
    public Dictionary<string, DateTimeOffset> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>Something that is kept has changed.</summary>
    public bool IsDirty { get; set; }

    public string Plan { get; set; } = PlanOf(policy);

    public PolicyMode Mode => LatchedSince is not null && (SetMode ?? Policy.Mode) > PolicyMode.Observe ? PolicyMode.Observe : SetMode ?? Policy.Mode;

    /// <summary>Actions that it may still take within this hour, without those that are set aside.</summary>
    public int Left(DateTimeOffset now) => Policy.Limits.MaxActionsPerHour - Budget.Spent(now) - Runs.Values.Sum(static run => run.Reserved);

    /// <summary>All that is to be kept, as it would be written.</summary>
    public IEnumerable<StateChange> Rows()
    {
        var self = new PolicyRow(Policy.Name, Sequence, SetMode, Configured, LatchedSince, LatchedWhy, Uncured, Score, Budget.Times);
        if (Sequence > 0 || SetMode is not null || LatchedSince is not null) yield return new StateChange(PolicyMemory.KeyOf(Policy.Name, PolicyMemory.Self), PolicyMemory.Write(self, PolicyJson.Default.PolicyRow));
        Dictionary<(string, string), (object Value, StateChange Row)> before = _rows;
        _rows = [];
        foreach (PolicyRun run in Runs.Values) yield return Row(before, PolicyMemory.Run, run.Id, run, PolicyJson.Default.PolicyRun, null);
        foreach (Incident incident in Incidents.Values) yield return Row(before, PolicyMemory.Incident, incident.Id, incident, PolicyJson.Default.Incident, incident.Seen + PolicyMachine.IncidentMemory);
        foreach (TargetMemory target in Targets.Values) yield return Row(before, PolicyMemory.Target, target.Key, target, PolicyJson.Default.TargetMemory, target.Expires);
    }

    private StateChange Row<T>(Dictionary<(string, string), (object Value, StateChange Row)> before, string kind, string what, T value, JsonTypeInfo<T> type, DateTimeOffset? expires)
        where T : class
    {
        StateChange row = before.TryGetValue((kind, what), out (object Value, StateChange Row) known) && ReferenceEquals(known.Value, value) ? known.Row
            : new StateChange(PolicyMemory.KeyOf(Policy.Name, kind, what), PolicyMemory.Write(value, type), expires);
        _rows[(kind, what)] = (value, row);
        return row;
    }

    /// <summary>Takes up what an earlier run of ours has left.</summary>
    public void Load(string kind, string text)
    {
        if (kind == PolicyMemory.Run && PolicyMemory.Read(text, PolicyJson.Default.PolicyRun) is { } run) Runs[run.Id] = run;
        else if (kind == PolicyMemory.Incident && PolicyMemory.Read(text, PolicyJson.Default.Incident) is { } incident) Incidents[incident.Id] = incident;
        else if (kind == PolicyMemory.Target && PolicyMemory.Read(text, PolicyJson.Default.TargetMemory) is { } target) Targets[target.Key] = target;
        else if (kind == PolicyMemory.Self && PolicyMemory.Read(text, PolicyJson.Default.PolicyRow) is { } row)
        {
            (Sequence, SetMode, Configured, LatchedSince, LatchedWhy, Uncured, Score) = (row.Sequence, row.Mode, row.Configured, row.LatchedSince, row.LatchedWhy, row.Uncured, row.Score ?? Score);
            Budget = new PolicyBudget(row.Times ?? []);
        }
    }

    /// <summary>The policy is taken out: what it was about is over, and what it has done is remembered.</summary>
    public void Leave()
    {
        Incidents.Clear();
        Episodes.Clear();
        Said.Clear();
        Refused.Clear();
        (Looks, HasMore, IsDirty) = (new Dictionary<string, TargetLook>(), false, true);
    }

    /// <summary>After a clock that ran ahead was set back: nothing that an earlier run of ours has left is later than it can be now, or it would hold for as long as the clock was wrong.</summary>
    public void NotAfter(DateTimeOffset now)
    {
        DateTimeOffset Past(DateTimeOffset time) => time < now ? time : now;
        DateTimeOffset Within(DateTimeOffset time, TimeSpan longest) => time < now + longest ? time : now + longest;
        Budget = new PolicyBudget(Budget.Times.Select(time => Math.Min(time, PolicyBudget.Seconds(now))));
        TimeSpan pause = Policy.Limits.Cooldown > PolicyMachine.RejectionPause ? Policy.Limits.Cooldown : PolicyMachine.RejectionPause, wait = Policy.Limits.ApprovalTimeout > PolicyMachine.LongestWait ? Policy.Limits.ApprovalTimeout : PolicyMachine.LongestWait;
        foreach (TargetMemory target in Targets.Values.Where(target => target.Ended > now).ToList()) Targets[target.Key] = target with { Until = Within(target.Until, pause), Ended = now };
        foreach (Incident incident in Incidents.Values.Where(incident => incident.Seen > now).ToList()) Incidents[incident.Id] = incident with { Seen = now };
        foreach (PolicyRun run in Runs.Values.Where(run => run.Began > now || run.Since > now || run.StepBegan > now).ToList())
            Runs[run.Id] = run with { Since = Past(run.Since), StepBegan = Past(run.StepBegan), Deadline = Within(run.Deadline, wait) };
    }

    /// <summary>What a run goes by: with other steps it does not go on.</summary>
    private static string PlanOf(Policy policy) =>
        PolicyMemory.Hash($"{policy.Target}\n{policy.When}\n{string.Join('\n', policy.Steps)}\n{string.Join('\n', policy.Escalation)}")[..16];
}

using ProcessArsenal.Control.Policies.Machine;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Control.Policies.Running;

/// <summary>What a sample says of the targets of policies. By what processes can't choose themselves, as actions go by that alone.</summary>
/// <param name="ownerOf">Whose child of our own supervisors a process is; null: of none.</param>
/// <param name="grace">A younger process is not counted as fit for work yet.</param>
internal sealed class PolicyEyes(Func<ProcessIdentity, ChildName?> ownerOf, Func<TimeSpan> grace)
{
    public const string Child = "child/", Unit = "unit/", Container = "container/", Process = "process/";

    private const int MostAncestors = 16;

    /// <summary>Fields of which a process may have something else to say than what is proven.</summary>
    private static readonly string[] Chosen = ["name", "cmdline", "group", "category"];

    /// <summary>Looks at a sample for all policies at once.</summary>
    /// <param name="time">Of the sample, by the clock that policies go by.</param>
    public Sampled Look(Snapshot snapshot, IReadOnlyCollection<PolicyBook> books, DateTimeOffset time)
    {
        var found = new Dictionary<string, IReadOnlyList<TargetLook>>(StringComparer.Ordinal);
        Watch[] watches = [.. books.Where(IsNeeded).Select(static book => new Watch(book))];
        if (watches.Length > 0) Look(snapshot, watches);
        var members = new Dictionary<string, List<(ProcessIdentity Identity, bool IsHealthy)>>(StringComparer.Ordinal);
        foreach (Watch watch in watches) found[watch.Book.Policy.Name] = watch.ToLooks(group => members.TryGetValue(group, out var known) ? known : members[group] = MembersOf(snapshot, group));
        return new Sampled(time, found) { TooMany = watches.Where(static watch => watch.HasMore).Select(static watch => watch.Book.Policy.Name).ToHashSet(StringComparer.Ordinal) };
    }

    /// <summary>The key that a target has, which stays when it is restarted. A unit below another, as of a user's service manager, is named by both: whoever was given a control group
    /// names those in it as he likes, <c>orders.service</c> too.</summary>
    public string KeyOf(Snapshot snapshot, in ProcessRow row)
    {
        if (ChildOf(snapshot, row) is { } child) return $"{Child}{child}";
        if (row.Description.Container is { } container) return Container + container;
        return row.Description.Unit is { } unit && unit.EndsWith(".service", StringComparison.Ordinal) ? Unit + PathOf(unit, row.Description.Cgroup) : Process + row.Sample.Identity;
    }

    /// <summary>By whom the owner of a target is found when the process that set it off is dead: one of the same that lives.</summary>
    /// <param name="identity">It itself, if it lives; else the oldest of the same.</param>
    /// <returns>Null if there is none.</returns>
    public string? LivingOf(Snapshot snapshot, string key, string identity)
    {
        (string? found, ulong began) = (null, ulong.MaxValue);
        for (int i = 0; i < snapshot.ProcessCount; i++)
        {
            ref readonly ProcessRow row = ref snapshot.Processes[i];
            if (row.Sample.Stat.IsZombie || (row.Description.Unit is null && row.Description.Container is null) || KeyOf(snapshot, row) != key) continue;
            string one = row.Sample.Identity.ToString();
            if (one == identity) return one;
            if (row.Sample.Stat.StartTicks < began) (found, began) = (one, row.Sample.Stat.StartTicks);
        }
        return found;
    }

    /// <summary>The child of a supervisor that it is, or that has started it and has it in the same control group: that ends with it.</summary>
    private ChildName? ChildOf(Snapshot snapshot, in ProcessRow row)
    {
        int at = -1;
        for (int depth = 0; depth < MostAncestors; depth++)
        {
            ref readonly ProcessRow one = ref (at < 0 ? ref row : ref snapshot.Processes[at]);
            if (one.Description.Cgroup != row.Description.Cgroup) return null;
            if (ownerOf(one.Sample.Identity) is { } child) return child;
            if ((at = snapshot.IndexOf(one.Sample.Stat.ParentPid)) < 0) return null;
        }
        return null;
    }

    /// <summary>With all units above it.</summary>
    private static string PathOf(string unit, string? cgroup)
    {
        if (cgroup is null) return unit;
        string path = string.Join('/', cgroup.Split('/').Where(static part => part.EndsWith(".service", StringComparison.Ordinal) || part.EndsWith(".scope", StringComparison.Ordinal)));
        return path.Length > 0 ? path : unit;
    }

    /// <summary>Whether a sample could say something to it. Of one that an alert sets off, too: it is to be seen for whom its condition holds.</summary>
    private static bool IsNeeded(PolicyBook book) => book.Runs.Count > 0 || (book.Mode != PolicyMode.Off && (book.Policy.When is not null || book.Incidents.Count > 0));

    private void Look(Snapshot snapshot, Watch[] watches)
    {
        for (int i = 0; i < snapshot.ProcessCount; i++)
        {
            ProcessRow? proven = null;
            string? key = null;
            foreach (Watch watch in watches)
            {
                // Most are told by what nobody can choose, and then what is proven need not be found out.
                bool holds = watch.Book.Policy.When is not { } when || Is(snapshot, i, when, ref proven);
                if (!holds && !watch.IsAtWork) continue;
                bool isMeant = holds && watch.MayMean(snapshot.Processes[i]);
                if (!isMeant && !watch.IsAtWorkOn(key ??= KeyOf(snapshot, snapshot.Processes[i]))) continue;
                if (watch.Book.Policy.Target is { } target && !Is(snapshot, i, target, ref proven)) continue;
                ProcessRow row = proven ??= ProvenRow.Of(snapshot, i);
                watch.Add(key ??= KeyOf(snapshot, row), row, holds, IsHealthy(row));
            }
        }
    }

    private static bool Is(Snapshot snapshot, int index, Expression condition, ref ProcessRow? proven)
    {
        if (!condition.Fields.Any(Chosen.Contains)) return condition.Evaluate(snapshot.Processes[index]) == Truth.True;
        proven ??= ProvenRow.Of(snapshot, index);
        return condition.Evaluate(proven.Value) == Truth.True;
    }

    private bool IsHealthy(in ProcessRow row) => !row.Sample.Stat.IsZombie && row.Sample.Stat.State is not ((byte)'T' or (byte)'t') && row.Uptime >= grace();

    private List<(ProcessIdentity, bool)> MembersOf(Snapshot snapshot, string group)
    {
        var members = new List<(ProcessIdentity, bool)>();
        for (int i = 0; i < snapshot.ProcessCount; i++)
        {
            if (snapshot.Processes[i].Group != group) continue;
            ProcessRow row = ProvenRow.Of(snapshot, i);
            if (row.Group == group) members.Add((row.Sample.Identity, IsHealthy(row)));
        }
        return members;
    }

    /// <summary>What one policy looks for, and has found.</summary>
    private sealed class Watch
    {
        private readonly Dictionary<string, Found> _found = new(StringComparer.Ordinal);
        private readonly HashSet<string> _runs;
        private readonly List<Incident>? _alerts;

        public Watch(PolicyBook book)
        {
            Book = book;
            _runs = [.. book.Runs.Values.Select(static run => run.Key)];
            // Where an alert alone sets it off its condition leaves nobody out, and the labels do.
            _alerts = book.Policy.When is null ? [.. book.Incidents.Values] : null;
        }

        public PolicyBook Book { get; }

        /// <summary>It is at work on somebody, who matters whether or not the condition holds.</summary>
        public bool IsAtWork => _runs.Count > 0;

        /// <summary>There are more targets than are looked at.</summary>
        public bool HasMore { get; private set; }

        public bool IsAtWorkOn(string key) => _runs.Contains(key);

        /// <summary>Whether an alert could be about a process, by what it is told to be.</summary>
        public bool MayMean(in ProcessRow told)
        {
            if (_alerts is null) return true;
            foreach (Incident alert in _alerts)
                if (alert.MayMean(told.Sample.Identity, told.Group, told.Description.Unit, told.Description.Container)) return true;
            return false;
        }

        public void Add(string key, in ProcessRow row, bool holds, bool isHealthy)
        {
            if (!_found.TryGetValue(key, out Found? found))
            {
                // Those that it is at work on are not crowded out.
                if (_found.Count >= PolicyMachine.MostTargets && !IsAtWorkOn(key))
                {
                    HasMore = true;
                    return;
                }
                _found[key] = found = new Found(key);
            }
            found.Add(Book.Policy, row, holds, isHealthy);
        }

        public List<TargetLook> ToLooks(Func<string, List<(ProcessIdentity Identity, bool IsHealthy)>> membersOf) =>
            [.. _found.Values.Select(found => found.ToLook(Book.Policy.Limits.MinHealthy > 0 ? membersOf : null))];
    }

    /// <summary>All processes of one key.</summary>
    private sealed class Found(string key)
    {
        private readonly List<(ulong Began, ProcessIdentity Identity, string? Group, bool Holds)> _all = [];
        private uint _escalations, _until, _untilNot;
        private bool _isFit, _isStopped;
        private string? _unit, _container;

        public void Add(Policy policy, in ProcessRow row, bool holds, bool isHealthy)
        {
            if (_all.Count == 0) (_unit, _container) = (row.Description.Unit, row.Description.Container);
            _all.Add((row.Sample.Stat.StartTicks, row.Sample.Identity, row.Group, holds));
            _isFit |= isHealthy;
            _isStopped |= row.Sample.Stat.State is (byte)'T' or (byte)'t';
            for (int i = 0; i < policy.Steps.Count; i++)
            {
                if (policy.Steps[i] is not VerifyStep { Until: { } until }) continue;
                Truth isSo = until.Evaluate(row);
                if (isSo == Truth.True) _until |= 1u << i;
                else if (isSo == Truth.False) _untilNot |= 1u << i; // Of whom it can't be told, as of a shell what its runtime is like, it says nothing.
            }
            for (int i = 0; i < policy.Escalation.Count; i++)
                if (policy.Escalation[i].When?.Evaluate(row) == Truth.True) _escalations |= 1u << i;
        }

        /// <param name="membersOf">Of a group; null: nobody asks how many are left.</param>
        public TargetLook ToLook(Func<string, List<(ProcessIdentity Identity, bool IsHealthy)>>? membersOf)
        {
            _all.Sort(static (a, b) => a.Began.CompareTo(b.Began));
            TargetMember[] holders = [.. _all.Where(static one => one.Holds).Select(static one => new TargetMember(one.Identity.ToString(), one.Group))];
            TargetMember first = holders.Length > 0 ? holders[0] : new TargetMember(_all[0].Identity.ToString(), _all[0].Group);
            HashSet<ProcessIdentity> own = [.. _all.Select(static one => one.Identity)];
            List<(ProcessIdentity Identity, bool IsHealthy)> members = first.Group is { } group && membersOf is not null ? membersOf(group) : [];
            return new TargetLook(key, [.. _all.Select(static one => one.Identity.ToString())], first.Group)
            {
                Identity = first.Identity,
                Holders = holders,
                Unit = _unit,
                Container = _container,
                Holds = holders.Length > 0,
                Escalations = _escalations,
                Until = _until & ~_untilNot,
                IsHealthy = _isFit && !_isStopped,
                HealthyHere = members.Count(member => member.IsHealthy && own.Contains(member.Identity)),
                HealthyBeside = members.Count(member => member.IsHealthy && !own.Contains(member.Identity)),
            };
        }
    }
}

using ProcessArsenal.Control.Policies.Machine;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Control.Policies.Running;

/// <summary>What a sample says of the targets of policies. By what processes can't choose themselves, as actions go by that alone.</summary>
/// <param name="ownerOf">Whose child of our own supervisors a process is; null: of none.</param>
/// <param name="grace">A younger process is not counted as fit for work yet.</param>
internal sealed class PolicyEyes(Func<ProcessIdentity, SupervisedChild?> ownerOf, Func<TimeSpan> grace)
{
    public const string Child = "child/", Unit = "unit/", Container = "container/", Process = "process/";

    /// <summary>Fields of which a process may have something else to say than what is proven.</summary>
    private static readonly string[] Chosen = ["name", "cmdline", "group", "category"];

    /// <summary>Looks at a sample for all policies at once.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<TargetLook>> Look(Snapshot snapshot, IReadOnlyCollection<PolicyBook> books)
    {
        var found = new Dictionary<string, IReadOnlyList<TargetLook>>(StringComparer.Ordinal);
        Watch[] watches = [.. books.Where(IsNeeded).Select(static book => new Watch(book))];
        if (watches.Length == 0) return found;
        Look(snapshot, watches);
        var members = new Dictionary<string, List<(ProcessIdentity Identity, bool IsHealthy)>>(StringComparer.Ordinal);
        foreach (Watch watch in watches) found[watch.Book.Policy.Name] = watch.ToLooks(group => members.TryGetValue(group, out var known) ? known : members[group] = MembersOf(snapshot, group));
        return found;
    }

    /// <summary>The key that a target has, which stays when it is restarted.</summary>
    public string KeyOf(in ProcessRow row)
    {
        if (ownerOf(row.Sample.Identity) is { } child) return $"{Child}{child.Name}";
        if (row.Description.Container is { } container) return Container + container;
        return row.Description.Unit is { } unit && unit.EndsWith(".service", StringComparison.Ordinal) ? Unit + unit : Process + row.Sample.Identity;
    }

    /// <summary>By whom the owner of a target is found when the process that set it off is dead: one of the same that lives.</summary>
    /// <returns>Null if there is none.</returns>
    public string? LivingOf(Snapshot snapshot, string key)
    {
        for (int i = 0; i < snapshot.ProcessCount; i++)
        {
            ref readonly ProcessRow row = ref snapshot.Processes[i];
            if (!row.Sample.Stat.IsZombie && (row.Description.Unit is not null || row.Description.Container is not null) && KeyOf(row) == key) return row.Sample.Identity.ToString();
        }
        return null;
    }

    /// <summary>Whether a sample could say something to it.</summary>
    private static bool IsNeeded(PolicyBook book) => book.Runs.Count > 0 || (book.Mode != PolicyMode.Off && (book.Policy.Alert is null || book.Incidents.Count > 0));

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
                if (watch.Book.Policy.Target is { } target && !Is(snapshot, i, target, ref proven)) continue;
                ProcessRow row = proven ??= ProvenRow.Of(snapshot, i);
                watch.Add(key ??= KeyOf(row), row, holds, IsHealthy(row));
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
    private sealed class Watch(PolicyBook book)
    {
        private readonly Dictionary<string, Found> _found = new(StringComparer.Ordinal);

        public PolicyBook Book => book;

        /// <summary>Targets for which the condition does not hold matter too.</summary>
        public bool IsAtWork { get; } = book.Runs.Count > 0;

        public void Add(string key, in ProcessRow row, bool holds, bool isHealthy)
        {
            if (!_found.TryGetValue(key, out Found? found))
            {
                if (_found.Count >= PolicyMachine.MostTargets) return;
                _found[key] = found = new Found(key);
            }
            found.Add(book.Policy, row, holds, isHealthy);
        }

        public List<TargetLook> ToLooks(Func<string, List<(ProcessIdentity Identity, bool IsHealthy)>> membersOf) =>
            [.. _found.Values.Select(found => found.ToLook(book.Policy.Limits.MinHealthy > 0 && found.Group is { } group ? membersOf(group) : []))];
    }

    /// <summary>All processes of one key.</summary>
    private sealed class Found(string key)
    {
        private readonly List<ProcessIdentity> _identities = [];
        private uint _escalations, _until = uint.MaxValue;
        private bool _holds, _isHealthy = true;
        private ProcessIdentity _first;
        private string? _unit, _container;

        public string? Group { get; private set; }

        public void Add(Policy policy, in ProcessRow row, bool holds, bool isHealthy)
        {
            if (_identities.Count == 0 || (holds && !_holds)) (_first, Group, _unit, _container) = (row.Sample.Identity, row.Group, row.Description.Unit, row.Description.Container);
            _identities.Add(row.Sample.Identity);
            _holds |= holds;
            _isHealthy &= isHealthy;
            for (int i = 0; i < policy.Steps.Count; i++)
                if (policy.Steps[i] is VerifyStep { Until: { } until } && until.Evaluate(row) != Truth.True) _until &= ~(1u << i);
            for (int i = 0; i < policy.Escalation.Count; i++)
                if (policy.Escalation[i].When?.Evaluate(row) == Truth.True) _escalations |= 1u << i;
        }

        public TargetLook ToLook(List<(ProcessIdentity Identity, bool IsHealthy)> members) => new(key, [.. _identities.Select(static identity => identity.ToString())], Group)
        {
            Identity = _first.ToString(),
            Unit = _unit,
            Container = _container,
            Holds = _holds,
            Escalations = _escalations,
            Until = _until,
            IsHealthy = _isHealthy,
            HealthyHere = members.Count(member => member.IsHealthy && _identities.Contains(member.Identity)),
            HealthyBeside = members.Count(member => member.IsHealthy && !_identities.Contains(member.Identity)),
        };
    }
}

using ProcessArsenal.Control.Actions.Children;
using ProcessArsenal.Control.Guards;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Actions;

/// <summary><c>restart</c>: by whoever owns the process (a supervisor of ours, a systemd unit, a container, a pod), with all that the owner has. Refused where nobody does: nobody would
/// start it again. Done is a new process that outlives the grace period.</summary>
/// <param name="own">Whose child of our own supervisors a process is; null: of none.</param>
public sealed class RestartAction(RestartOptions options, Func<ProcessIdentity, SupervisedChild?>? own = null) : ControlAction
{
    public static readonly TimeSpan UsualTimeout = new RestartOptions().Timeout, LongestTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Names of guards.</summary>
    public const string NoOwner = "owner", Doomed = "doomed";

    public override string Name => "restart";

    public override string Parameters => FormattableString.Invariant($"timeout={options.Timeout.TotalSeconds:0.###}s");

    internal override async Task<Reach> ReachAsync(ActionContext context, CancellationToken cancellation)
    {
        if (own?.Invoke(context.Process.Identity) is { } child) return ChildAction.WholeOf(child);
        RestartCheck check = await new Restarter(options, context.Time).CheckAsync(context.Process, cancellation).ConfigureAwait(false);
        if (check.Refusal is { } why) return new Reach { Objection = new Objection(check.IsDoomed ? Doomed : NoOwner, check.Owner.Kind == OwnerKind.Nobody ? $"nobody would start it again: {why}" : why) };
        if (!check.Members.IsComplete) return new Reach { Objection = new Objection(NoOwner, $"{check.Owner} has more processes than can be looked at, or some that we may not see: whom its restart would end is not known") };
        return new Reach
        {
            Owner = check.Owner.ToString(),
            Others = [.. check.Members.Members.Select(static member => member.Identity).Where(identity => identity != context.Process.Identity)],
            ContainerInit = check.Owner.Kind == OwnerKind.SystemdUnit ? null : check.Main,
        };
    }

    internal override async Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation)
    {
        if (own?.Invoke(context.Process.Identity) is { } child) return await new RestartChildAction().ActAsync(child, context, cancellation).ConfigureAwait(false);
        RestartResult result = await new Restarter(options, context.Time).RestartAsync(context.Process, cancellation).ConfigureAwait(false);
        string left = result.LeftBehind.Count == 0 ? "" : $"; left behind by it: pid {string.Join(", ", result.LeftBehind.Take(10).Select(static one => one.Pid))}";
        return new ActionEnd(result.Succeeded, (result.Reason ?? $"{result.Owner} was restarted, and its new process outlived the grace period") + left)
        {
            Objection = result.Verdict is RestartVerdict.Refused or RestartVerdict.Doomed ? new Objection(result.Verdict == RestartVerdict.Doomed ? Doomed : NoOwner, result.Reason ?? "") : null,
            Old = result.Old,
            New = result.New,
        };
    }
}

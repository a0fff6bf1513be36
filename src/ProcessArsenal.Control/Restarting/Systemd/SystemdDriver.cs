using System.Globalization;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Control.Restarting.Systemd;

/// <summary>Restarts a service of systemd by systemctl(1): of the system's manager, or of a user's if that user is ours (another one's answers whatever the
/// user likes, and would be asked with rights that are not his).</summary>
internal sealed class SystemdDriver : RestartDriver
{
    public override OwnerKind Kind => OwnerKind.SystemdUnit;

    internal override async Task<OwnerState> CheckAsync(RestartScene scene, CancellationToken cancellation)
    {
        Owner owner = scene.Owner;
        if (!UnitName.IsRestartable(owner.Name)) return OwnerState.Refused("that is no name of a service of systemd");
        if (owner.User is { } user && Ourselves.UserId(scene.Proc) != user)
            return OwnerState.Refused(string.Create(CultureInfo.InvariantCulture, $"{owner.Name} is of user {user}, whose service manager we don't ask: only that user may (systemctl --user restart)"));
        (UnitState? state, string? trouble) = await Systemctl.ShowAsync(scene, cancellation).ConfigureAwait(false);
        return state is null ? OwnerState.Refused(trouble!) : Judge(scene, state);
    }

    internal override async Task<string?> ActAsync(RestartScene scene, OwnerState before, CancellationToken cancellation) =>
        await Systemctl.RestartAsync(scene, cancellation).ConfigureAwait(false);

    internal override async Task<MainProcess> FindMainAsync(RestartScene scene, CancellationToken cancellation)
    {
        (UnitState? state, string? trouble) = await Systemctl.ShowAsync(scene, cancellation).ConfigureAwait(false);
        if (state is null) return MainProcess.NotYet(trouble!);
        string now = $"{scene.Owner.Name} is {Quoting.Cap(state.ActiveState)} ({Quoting.Cap(state.SubState)}, {Quoting.Cap(state.Result)})";
        if (state.ActiveState == "failed" || state.WaitsForRestart) return MainProcess.Never(now);
        return Identities.In(scene.Proc, state.MainPid, scene.Owner) is { } main && state.ActiveState is "active" or "reloading" ? MainProcess.Is(main) : MainProcess.NotYet(now);
    }

    /// <summary>Whether a unit may be restarted, and whether that could help.</summary>
    private static OwnerState Judge(RestartScene scene, UnitState state)
    {
        Owner owner = scene.Owner;
        string name = owner.Name;
        if (state.Id != name) return OwnerState.Refused($"systemd knows {name} as {Quoting.Cap(state.Id)}");
        if (state.LoadState != "loaded") return OwnerState.Refused($"systemd has no unit file of {name} ({Quoting.Cap(state.LoadState)})");
        // The kernel has told where the unit must be; otherwise this systemd is not the one that started it (that of a container, say).
        if (state.ControlGroup != owner.Cgroup && (scene.Target is not null || state.ControlGroup.Length > 0))
            return OwnerState.Refused($"the control group of {name} is {(state.ControlGroup.Length > 0 ? Quoting.Cap(state.ControlGroup, 200) : "none")} to the systemd that was asked, and {Quoting.Cap(owner.Cgroup, 200)} to the kernel");
        if (state.Type == "oneshot") return OwnerState.Refused($"{name} is of type oneshot: it has no process that stays");
        if (!state.MayBeStarted) return OwnerState.Refused($"{name} may not be started by hand (RefuseManualStart, or CanStart=no)");
        if (!state.MayBeStopped) return OwnerState.Refused($"{name} may not be stopped by hand (RefuseManualStop)");
        if (state.HasJob) return OwnerState.Refused($"systemd is busy with {name} already: it has a job");
        if (state.Result == "start-limit-hit") return OwnerState.Doomed($"{name} has hit its start limit: it was started too often (systemctl reset-failed '{name}' forgives that)");
        if (state.WaitsForRestart) return OwnerState.Doomed(string.Create(CultureInfo.InvariantCulture, $"{name} keeps failing ({Quoting.Cap(state.Result)}), and systemd is about to start it again by itself, for the {state.Restarts + 1}. time"));
        if (state.ActiveState == "failed" && state.StartLimitBurst > 0 && state.Restarts >= state.StartLimitBurst)
            return OwnerState.Doomed(string.Create(CultureInfo.InvariantCulture, $"{name} has failed ({Quoting.Cap(state.Result)}) after {state.Restarts} starts by systemd itself"));
        ProcessIdentity? main = Identities.In(scene.Proc, state.MainPid, owner);
        if (main is null && Identities.IsAlive(scene.Proc, state.MainPid)) return OwnerState.Refused(string.Create(CultureInfo.InvariantCulture, $"systemd says that {state.MainPid} is the main process of {name}, which is not in its control group"));
        return OwnerState.Fit(main);
    }
}

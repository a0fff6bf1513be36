using System.Globalization;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Control.Restarting.Containers;

/// <summary>Restarts a container by the engine that has it. An engine is believed once its main process of the container is in the very control group that the
/// kernel tells of the process that is meant: an id in a path is only a name.</summary>
internal sealed class ContainerDriver : RestartDriver
{
    /// <summary>Podman's label of a container that a unit of systemd starts.</summary>
    private const string UnitLabel = "PODMAN_SYSTEMD_UNIT";

    public override OwnerKind Kind => OwnerKind.Container;

    internal override async Task<OwnerState> CheckAsync(RestartScene scene, CancellationToken cancellation)
    {
        if (scene.Target is null && scene.Owner.IsDelegated) return OwnerState.Refused("its process has ended, and somebody else than root may have named its control group: it can't be told any more whose it was");
        (string? socket, ContainerDetails? details, string? trouble) = await FindAsync(scene, cancellation).ConfigureAwait(false);
        return socket is null ? OwnerState.Refused(trouble!) : Judge(scene, details!);
    }

    internal override async Task<string?> ActAsync(RestartScene scene, OwnerState before, CancellationToken cancellation)
    {
        // Asked again: it is the engine that has it now which restarts it.
        (string? socket, ContainerDetails? details, string? trouble) = await FindAsync(scene, cancellation).ConfigureAwait(false);
        if (socket is null) return trouble;
        if (Judge(scene, details!) is { Refusal: { } why }) return why;
        using var engine = new EngineClient(socket, Ourselves.UserId(scene.Proc));
        return await engine.RestartAsync(scene.Owner.Name, (int)Math.Ceiling(scene.StopTimeout.TotalSeconds), cancellation).ConfigureAwait(false);
    }

    internal override async Task<MainProcess> FindMainAsync(RestartScene scene, CancellationToken cancellation)
    {
        (string? socket, ContainerDetails? details, string? trouble) = await AskAsync(scene, static _ => true, cancellation).ConfigureAwait(false);
        if (socket is null) return MainProcess.NotYet(trouble!);
        ContainerState state = details!.State!;
        string now = string.Create(CultureInfo.InvariantCulture, $"{scene.Owner} is {Quoting.Cap(state.Status ?? "in no state")}{(state.Running ? "" : $", exit code {state.ExitCode}")}{(state.Error is { Length: > 0 } error ? ": " + Quoting.Cap(error, 200) : "")}");
        if (state.Dead || state.Restarting) return MainProcess.Never(now);
        return state.Running && MainOf(scene, state) is { } main ? MainProcess.Is(main) : MainProcess.NotYet(now);
    }

    private static OwnerState Judge(RestartScene scene, ContainerDetails details)
    {
        ContainerState state = details.State!;
        if (state.Paused) return OwnerState.Refused("it is paused: what it is to continue with would be lost");
        if (state.Dead || state.Status is "removing") return OwnerState.Refused("it is being removed");
        if (details.HostConfig?.AutoRemove == true) return OwnerState.Refused("it is removed once it stops (--rm): there would be nothing to start again");
        if (details.Config?.Labels?.GetValueOrDefault(UnitLabel) is { Length: > 0 } unit) return OwnerState.Refused($"it belongs to the systemd unit {Quoting.Cap(unit)}: that is what must be restarted");
        if (state.Restarting || state.Status is "restarting") return OwnerState.Doomed("it keeps ending, and its engine is about to start it again by itself");
        return OwnerState.Fit(MainOf(scene, state));
    }

    /// <summary>The engine that has the container, by all evidence there is.</summary>
    private static Task<(string? Socket, ContainerDetails? Details, string? Trouble)> FindAsync(RestartScene scene, CancellationToken cancellation) =>
        AskAsync(scene, details => MainOf(scene, details.State!) is not null || (scene.Target is null && !Identities.IsAlive(scene.Proc, details.State!.Pid)), cancellation);

    private static async Task<(string? Socket, ContainerDetails? Details, string? Trouble)> AskAsync(RestartScene scene, Predicate<ContainerDetails> isTheOne, CancellationToken cancellation)
    {
        var troubles = new List<string>();
        uint? ownUser = Ourselves.UserId(scene.Proc);
        foreach (string socket in scene.Options.EngineSockets)
        {
            if (!File.Exists(socket)) continue;
            using var engine = new EngineClient(socket, ownUser);
            (ContainerDetails? details, string? trouble) = await engine.InspectAsync(scene.Owner.Name, cancellation).ConfigureAwait(false);
            if (details is not null && isTheOne(details)) return (socket, details, null);
            troubles.Add(trouble ?? string.Create(CultureInfo.InvariantCulture, $"{socket} says that its main process is {details!.State!.Pid}, which is not in the control group of the process that is meant"));
        }
        return (null, null, troubles.Count > 0 ? string.Join("; ", troubles) : $"there is no engine to ask at {string.Join(" or ", scene.Options.EngineSockets)}");
    }

    /// <summary>The main process, if it is in the container's control group by the kernel's word. A container that is started again gets one of the same name.</summary>
    private static ProcessIdentity? MainOf(RestartScene scene, ContainerState state) => Identities.In(scene.Proc, state.Pid, scene.Owner);
}

using System.Globalization;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Restarting.Pods;

/// <summary>Restarts a container of a pod by ending its main process: the kubelet then starts another container in its place, with a name of its own, at once or
/// after its back-off (CrashLoopBackOff: 10 s to 5 minutes).</summary>
internal sealed class PodDriver : RestartDriver
{
    private const int Terminate = 15, Kill = 9;

    /// <summary>How long a process may take to end after SIGKILL.</summary>
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(5);

    public override OwnerKind Kind => OwnerKind.PodContainer;

    internal override Task<OwnerState> CheckAsync(RestartScene scene, CancellationToken cancellation) => Task.FromResult(Judge(scene));

    internal override async Task<string?> ActAsync(RestartScene scene, OwnerState before, CancellationToken cancellation)
    {
        if (before.Main is not { } main) return "its container has no main process";
        using HeldProcess? held = HeldProcess.Open(scene.Proc, main, out string? why);
        if (held is null) return $"its main process {main} can't be held: {why}";
        if (held.Send(Terminate) is { } refused) return $"its main process {main} can't be ended: {refused}";
        if (await held.WaitAsync(scene.StopTimeout, scene.Time, cancellation).ConfigureAwait(false)) return null;
        // The first process of a pid namespace ignores what it has no handler for, but for SIGKILL from outside of it (pid_namespaces(7)).
        _ = held.Send(Kill);
        return await held.WaitAsync(KillTime, scene.Time, cancellation).ConfigureAwait(false) ? null : $"its main process {main} ends neither by SIGTERM nor by SIGKILL";
    }

    internal override Task<MainProcess> FindMainAsync(RestartScene scene, CancellationToken cancellation)
    {
        Owner old = scene.Owner;
        OwnerMembers members = OwnerProcesses.List(scene.Proc, Parent(old.Cgroup), old.Hierarchy, path => IsSuccessor(path, old, scene.Options.InPod));
        foreach (OwnerMember member in members.Members)
        {
            // Oldest first: the first one of a new container is its main process.
            if (member.StartTicks >= scene.BeganTicks) return Task.FromResult(MainProcess.Is(member.Identity));
        }
        return Task.FromResult(MainProcess.NotYet("its main process has ended, but the kubelet has not started another container in its place (it may be backing off, or the pod's restartPolicy forbid it)"));
    }

    private static OwnerState Judge(RestartScene scene)
    {
        Owner owner = scene.Owner;
        switch (scene.Options.PodPolicy(owner.Pod))
        {
            case PodRestartPolicy.Never: return OwnerState.Refused("the restartPolicy of its pod is Never: the kubelet would not start it again");
            case PodRestartPolicy.OnFailure: return OwnerState.Refused("the restartPolicy of its pod is OnFailure: the kubelet would not start it again after an orderly end");
        }
        if (scene.Target is null) return OwnerState.Refused("its process has ended: the kubelet starts it again by itself, or never");
        OwnerMembers members = OwnerProcesses.List(scene.Proc, owner);
        if (!members.Contains(scene.Target.Identity)) return OwnerState.Refused("it is no longer in its container");
        if (!members.IsComplete) return OwnerState.Refused("not all processes of its container can be seen");
        if (MainOf(members) is not { } main) return OwnerState.Refused("it can't be told which process of its container is the main one");
        if (main.Pid == 1 || main.Pid == Environment.ProcessId)
            return OwnerState.Refused(string.Create(CultureInfo.InvariantCulture, $"the main process of its container is {(main.Pid == 1 ? "the first one that we can see" : "ourselves")}"));
        return OwnerState.Fit(main);
    }

    /// <summary>The main process of a container: it began before all others of it, and its parent is outside. That is pid 1 of its namespace, unless the pod shares
    /// one among its containers; nobody within can have begun before.</summary>
    internal static ProcessIdentity? MainOf(OwnerMembers members)
    {
        if (members.Members.Count == 0) return null;
        ulong earliest = members.Members[0].StartTicks;
        var inside = members.Members.Select(static member => member.Identity.Pid).ToHashSet();
        // Several may have begun within one tick: all but the main one have their parent inside, or have been taken in by it.
        List<OwnerMember> candidates = [.. members.Members.TakeWhile(member => member.StartTicks == earliest).Where(member => !inside.Contains(member.ParentPid))];
        return candidates.Count == 1 ? candidates[0].Identity : null;
    }

    /// <summary>Whether a control group is of another container of the same pod.</summary>
    private static bool IsSuccessor(string path, Owner old, bool inPod)
    {
        Owner owner = OwnerPath.Read(path, old.Hierarchy, inPod);
        return owner.Kind == OwnerKind.PodContainer && owner.Name != old.Name && owner.Pod == old.Pod && Parent(owner.Cgroup) == Parent(old.Cgroup);
    }

    private static string Parent(string path) => path.LastIndexOf('/') is > 0 and int end ? path[..end] : "/";
}

using System.Globalization;
using ProcessArsenal.Control.Restarting.Systemd;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Control.Restarting;

/// <summary>Tells whether the end of a process is the end of all that its owner has: of a container's first process it is, by the kernel or the engine; of a unit's main process if the
/// unit says so (KillMode, systemd.kill(5)).</summary>
internal sealed class OwnerEnd(RestartOptions options, TimeProvider time)
{
    /// <summary>Changes nothing.</summary>
    /// <exception cref="OperationCanceledException"/>
    public async Task<OwnerEndCheck> CheckAsync(ProcFs proc, HeldProcess process, CancellationToken cancellation)
    {
        Owner owner = OwnerFinder.Find(proc, process, options.InPod);
        // Where we run ourselves is nothing that would have begun with the process.
        if (owner.Kind == OwnerKind.Nobody || Ourselves.AreIn(proc, owner)) return OwnerEndCheck.OfNone;
        OwnerMembers members = OwnerProcesses.List(proc, owner);
        if (owner.Kind != OwnerKind.SystemdUnit)
        {
            if (IsInit(proc, process)) return new OwnerEndCheck(owner, members, null);
            // Without a pid namespace of its own none of a container's processes takes the others with it.
            return IsFirst(members, process.Identity) && !members.Members.Any(member => HasNamespace(proc, member.Identity)) ? new OwnerEndCheck(owner, members, "which is its main process can't be told, as it has no pid namespace of its own") : OwnerEndCheck.OfNone;
        }
        (UnitState? state, string? trouble) = await AskAsync(proc, owner, process, cancellation).ConfigureAwait(false);
        if (state is null) return IsFirst(members, process.Identity) ? new OwnerEndCheck(owner, members, $"whether they end with it is not known: {trouble}") : OwnerEndCheck.OfNone;
        if (state.MainPid != process.Identity.Pid) return OwnerEndCheck.OfNone;
        return new OwnerEndCheck(owner, members, state.KillMode is "control-group" or "mixed" ? null : $"that is how the unit wants it (KillMode={Quoting.Cap(state.KillMode)})");
    }

    private async Task<(UnitState? State, string? Trouble)> AskAsync(ProcFs proc, Owner owner, HeldProcess process, CancellationToken cancellation)
    {
        if (owner.User is { } user && Ourselves.UserId(proc) != user) return (null, string.Create(CultureInfo.InvariantCulture, $"we don't ask the service manager of user {user}"));
        using var deadline = new Deadline(options.LookTimeout, time, cancellation);
        try
        {
            (UnitState? state, string? trouble) = await Systemctl.ShowAsync(new RestartScene(proc, owner, process, 0, options, time), deadline.Token).ConfigureAwait(false);
            if (state is null) return (null, trouble);
            return state.Id == owner.Name && state.ControlGroup == owner.Cgroup ? (state, null) : (null, "the systemd that we can ask is not the one that started it");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"systemd did not answer within {options.LookTimeout.TotalSeconds} s"));
        }
    }

    /// <summary>Whether it is the first process of a pid namespace within ours: with it end all that are in that (pid_namespaces(7)).</summary>
    private static bool IsInit(ProcFs proc, HeldProcess process) => InnermostPid(proc, process.Identity.Pid) == 1 && process.Identity.Pid != 1 && !process.HasEnded();

    private static bool HasNamespace(ProcFs proc, ProcessIdentity process) => InnermostPid(proc, process.Pid) is { } pid && pid != process.Pid;

    /// <summary>Its pid in its own namespace; null if that can't be read.</summary>
    private static int? InnermostPid(ProcFs proc, int pid)
    {
        if (proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return null;
        using (directory) return directory!.ReadStatus(new byte[4096], out ProcStatus status) == ReadOutcome.Ok ? status.InnermostPid : null;
    }

    /// <summary>Whether it began before all others whose parent is somebody outside.</summary>
    private static bool IsFirst(OwnerMembers members, ProcessIdentity process)
    {
        HashSet<int> pids = [.. members.Members.Select(static member => member.Identity.Pid)];
        return members.Members.FirstOrDefault(member => !pids.Contains(member.ParentPid)).Identity == process;
    }
}

/// <summary>What a process's end would take with it.</summary>
/// <param name="Owner">Null: nothing of anybody.</param>
/// <param name="Members">All that the owner has, the process too.</param>
/// <param name="WhySpared">Why the others live on; null: they end.</param>
internal sealed record OwnerEndCheck(Owner? Owner, OwnerMembers Members, string? WhySpared)
{
    public static readonly OwnerEndCheck OfNone = new(null, new OwnerMembers([], true), null);
}

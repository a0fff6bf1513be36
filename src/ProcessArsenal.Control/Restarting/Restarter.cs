using System.Globalization;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Restarting;

/// <summary>Restarts a process by asking its owner. Done is only what has been seen: a new process of the same owner that outlives the grace period.</summary>
public sealed class Restarter(RestartOptions options, TimeProvider time)
{
    /// <summary>How long is waited for whoever must wait for the new process, so that the kernel tells how that ended.</summary>
    private static readonly TimeSpan ReapTime = TimeSpan.FromMilliseconds(500);

    /// <summary>Who owns a process, and whether a restart would be refused. Changes nothing.</summary>
    /// <exception cref="OperationCanceledException"/>
    public async Task<RestartCheck> CheckAsync(HeldProcess process, CancellationToken cancellation)
    {
        using ProcFs proc = ProcFs.Open();
        return await LookAsync(proc, OwnerFinder.Find(proc, process, options.InPod), process, cancellation).ConfigureAwait(false);
    }

    /// <summary>The same of an owner whose process has ended.</summary>
    /// <inheritdoc cref="CheckAsync(HeldProcess, CancellationToken)"/>
    public async Task<RestartCheck> CheckAsync(Owner owner, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(owner);
        using ProcFs proc = ProcFs.Open();
        return await LookAsync(proc, owner, null, cancellation).ConfigureAwait(false);
    }

    /// <summary>Restarts the owner of a process, with all that the owner has.</summary>
    /// <exception cref="OperationCanceledException">It is not known then how far it came.</exception>
    public async Task<RestartResult> RestartAsync(HeldProcess process, CancellationToken cancellation)
    {
        using ProcFs proc = ProcFs.Open();
        Owner owner = OwnerFinder.Find(proc, process, options.InPod);
        return await RunAsync(proc, owner, process, process.Identity, cancellation).ConfigureAwait(false);
    }

    /// <summary>Has an owner start a process again that has ended; restarts it if it lives after all.</summary>
    /// <param name="owner">As it was found while the process lived (<see cref="OwnerFinder.Of"/>).</param>
    /// <param name="ended">The process, for the result.</param>
    /// <inheritdoc cref="RestartAsync(HeldProcess, CancellationToken)"/>
    public async Task<RestartResult> RestartAsync(Owner owner, ProcessIdentity? ended, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(owner);
        using ProcFs proc = ProcFs.Open();
        return await RunAsync(proc, owner, null, ended, cancellation).ConfigureAwait(false);
    }

    private async Task<RestartResult> RunAsync(ProcFs proc, Owner owner, HeldProcess? target, ProcessIdentity? meant, CancellationToken cancellation)
    {
        if (owner.Kind == OwnerKind.Nobody) return new RestartResult(RestartVerdict.Refused, owner, meant, null, owner.Reason);
        RestartScene scene = SceneOf(proc, owner, target);
        OwnerState before = await CheckAsync(scene, cancellation).ConfigureAwait(false);
        if (before.Refusal is { } why) return new RestartResult(before.IsDoomed ? RestartVerdict.Doomed : RestartVerdict.Refused, owner, before.Main ?? meant, null, why);
        OwnerMembers members = OwnerProcesses.List(proc, owner);
        ProcessIdentity? old = before.Main ?? meant;
        (ProcessIdentity? started, string? trouble) = await ReplaceAsync(scene, before, members, cancellation).ConfigureAwait(false);
        if (started is { } identity && trouble is null) trouble = await OutliveAsync(scene, identity, cancellation).ConfigureAwait(false);
        return new RestartResult(trouble is null ? RestartVerdict.Succeeded : RestartVerdict.Failed, owner, old, started, trouble)
        {
            LeftBehind = started is null ? [] : [.. OwnerProcesses.List(proc, owner).Members.Where(member => members.Contains(member.Identity)).Select(static member => member.Identity)],
        };
    }

    private async Task<RestartCheck> LookAsync(ProcFs proc, Owner owner, HeldProcess? target, CancellationToken cancellation)
    {
        if (owner.Kind == OwnerKind.Nobody) return new RestartCheck(owner, owner.Reason, false);
        OwnerState state = await CheckAsync(SceneOf(proc, owner, target), cancellation).ConfigureAwait(false);
        return new RestartCheck(owner, state.Refusal, state.IsDoomed) { Main = state.Main, Members = OwnerProcesses.List(proc, owner) };
    }

    private async Task<OwnerState> CheckAsync(RestartScene scene, CancellationToken cancellation)
    {
        if (Ourselves.AreIn(scene.Proc, scene.Owner)) return OwnerState.Refused("we run in it ourselves: its restart would end us before we had seen what came of it");
        if (Identities.In(scene.Proc, 1, scene.Owner) is not null) return OwnerState.Refused("the first process of all is in it");
        using Deadline deadline = Within(options.LookTimeout, cancellation);
        try
        {
            return await DriverOf(scene).CheckAsync(scene, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return OwnerState.Refused(string.Create(CultureInfo.InvariantCulture, $"{scene.Owner} did not tell about itself within {options.LookTimeout.TotalSeconds} s"));
        }
    }

    /// <summary>Has it restarted, and waits for the new process.</summary>
    private async Task<(ProcessIdentity? Started, string? Trouble)> ReplaceAsync(RestartScene scene, OwnerState before, OwnerMembers members, CancellationToken cancellation)
    {
        RestartDriver driver = DriverOf(scene);
        using Deadline deadline = Within(options.Timeout, cancellation);
        string? lately = null;
        try
        {
            if (await driver.ActAsync(scene, before, deadline.Token).ConfigureAwait(false) is { } trouble) return (null, trouble);
            lately = "it was restarted, but no new process was seen";
            while (true)
            {
                MainProcess main = await driver.FindMainAsync(scene, deadline.Token).ConfigureAwait(false);
                if (main.Identity is { } identity && identity != before.Main && !members.Contains(identity)) return (identity, null);
                lately = main.Trouble ?? (main.Identity is null ? lately : "its main process is still one of before");
                if (main.IsFinal) return (null, lately);
                await Task.Delay(options.LookInterval, time, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"{scene.Owner} has no new process after {options.Timeout.TotalSeconds} s: {lately ?? "it is still being restarted"}"));
        }
    }

    /// <summary>Waits for the grace period to pass.</summary>
    /// <returns>How the new process failed to outlive it; null if it did.</returns>
    private async Task<string?> OutliveAsync(RestartScene scene, ProcessIdentity started, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        using HeldProcess? held = HeldProcess.Open(scene.Proc, started, out string? why);
        if (held is null) return $"the new process {started} is lost: {why}";
        if (await held.WaitAsync(options.GracePeriod, time, cancellation).ConfigureAwait(false))
        {
            TimeSpan lived = time.GetElapsedTime(began);
            string how = await HowAsync(held, cancellation).ConfigureAwait(false);
            return string.Create(CultureInfo.InvariantCulture, $"the new process {started} ended within the grace period, {lived.TotalSeconds:F1} s after it was seen: {how}");
        }
        using Deadline deadline = Within(options.LookTimeout, cancellation);
        try
        {
            MainProcess main = await DriverOf(scene).FindMainAsync(scene, deadline.Token).ConfigureAwait(false);
            return main.Identity == started ? null : main.Identity is { } other ? $"the new process {started} is no longer the main one: {other} is" : main.Trouble ?? "its owner no longer knows the new process";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "the new process lives, but its owner no longer answers";
        }
    }

    private async Task<string> HowAsync(HeldProcess ended, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        ExitStatus? exit;
        while ((exit = ended.Exit) is null && time.GetElapsedTime(began) < ReapTime) await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation).ConfigureAwait(false);
        return exit is not { } status ? "the kernel does not tell how"
            : status.Signal != 0 ? string.Create(CultureInfo.InvariantCulture, $"by signal {status.Signal}") : string.Create(CultureInfo.InvariantCulture, $"with exit code {status.Code}");
    }

    private RestartScene SceneOf(ProcFs proc, Owner owner, HeldProcess? target)
    {
        ulong ticks = proc.ReadUptime(out TimeSpan uptime) == ReadOutcome.Ok ? (ulong)(uptime.Ticks * (decimal)SystemConstants.ClockTicksPerSecond / TimeSpan.TicksPerSecond) : 0;
        return new RestartScene(proc, owner, target, ticks, options, time);
    }

    private Deadline Within(TimeSpan duration, CancellationToken cancellation) => new(duration, time, cancellation);

    private static RestartDriver DriverOf(RestartScene scene) => RestartDrivers.Of(scene.Owner.Kind)!;
}

/// <summary>Whether a restart would be refused, as far as that can be told before.</summary>
/// <param name="Refusal">Why; null if not.</param>
/// <param name="IsDoomed">Whether that is because it would not help.</param>
public sealed record RestartCheck(Owner Owner, string? Refusal, bool IsDoomed)
{
    /// <summary>The owner's main process; null if it has none, or was not asked.</summary>
    public ProcessIdentity? Main { get; init; }

    /// <summary>All that a restart would end. None of them may be one that must not be ended, whichever of them is meant.</summary>
    public OwnerMembers Members { get; init; } = new([], true);
}

using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Supervision;

/// <summary>All supervisors of one exporter.</summary>
public sealed class SupervisorSet : IAsyncDisposable
{
    private static readonly TimeSpan TendEach = TimeSpan.FromSeconds(1);

    private readonly SupervisionDirectory _directory;
    private readonly ExitWatch _exits = new();
    private readonly HealthCheck _checks = new();
    private readonly ProcFs _proc;
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _tending;

    private SupervisorSet(SupervisionDirectory directory, string[] directories, ProcFs proc, IReadOnlyList<SupervisorSpec> specs, TimeProvider time, Action<SupervisorView>? changed)
    {
        (_directory, _proc) = (directory, proc);
        Supervisors = [.. specs.Select((spec, i) => new Supervisor(spec, directories[i], _exits, _checks, time, changed))];
        _tending = TendAsync(time);
    }

    public IReadOnlyList<Supervisor> Supervisors { get; }

    /// <summary>Starts supervisors, which take up the children that an earlier run left and start the others.</summary>
    /// <param name="changed">Told of each change, by the loop of that supervisor: it must not wait.</param>
    /// <exception cref="ArgumentException">A specification is wrong; the message says all of <see cref="SpecCheck.Errors"/>.</exception>
    /// <exception cref="IOException">The state directory can't be used, or /proc is not that of our own processes.</exception>
    /// <exception cref="UnauthorizedAccessException">The state directory can't be written to.</exception>
    public static SupervisorSet Start(string stateDirectory, IReadOnlyList<SupervisorSpec> specs, TimeProvider time, Action<SupervisorView>? changed = null)
    {
        if (SpecCheck.Errors(specs) is { Count: > 0 } errors) throw new ArgumentException(string.Join('\n', errors), nameof(specs));
        ProcFs proc = ProcFs.Open();
        SupervisionDirectory? directory = null;
        try
        {
            if (!proc.IsLive) throw new IOException("/proc is not of our own pid namespace: we could not tell which process a child is.");
            directory = SupervisionDirectory.Open(stateDirectory);
            string[] directories = [.. specs.Select(spec => directory.Of(spec.Name))]; // All, before the first child is started.
            return new SupervisorSet(directory, directories, proc, specs, time, changed);
        }
        catch
        {
            directory?.Dispose();
            proc.Dispose();
            throw;
        }
    }

    public IReadOnlyList<SupervisorView> List() => [.. Supervisors.Select(supervisor => supervisor.View)];

    /// <summary>One by name; null if there is none.</summary>
    public Supervisor? Find(string name) => Supervisors.FirstOrDefault(supervisor => supervisor.Name == name);

    /// <summary>A child by name; null if there is none.</summary>
    public SupervisedChild? Find(ChildName name) => Find(name.Supervisor) is { } supervisor && supervisor.Spec.Children.FirstOrDefault(child => child.Name == name.Child) is { } spec
        ? new SupervisedChild(supervisor, spec) : null;

    /// <summary>Whose child a process is: it itself, not what it has started.</summary>
    /// <returns>Null if it is nobody's.</returns>
    public (Supervisor Supervisor, string Child)? OwnerOf(ProcessIdentity identity)
    {
        foreach (Supervisor supervisor in Supervisors)
            if (supervisor.View.Children.FirstOrDefault(child => child.Identity == identity) is { } child) return (supervisor, child.Name);
        return null;
    }

    /// <summary>Stops all children, the last supervisor's first, and each one's last first.</summary>
    /// <returns>What did not end, a text for each supervisor concerned.</returns>
    public async Task<IReadOnlyList<string>> StopAllAsync(CancellationToken cancellation = default)
    {
        var left = new List<string>();
        foreach (Supervisor supervisor in Supervisors.Reverse())
            if (await supervisor.StopAllAsync(cancellation).ConfigureAwait(false) is { } why) left.Add($"{supervisor.Name}: {why}");
        return left;
    }

    /// <summary>Ends the supervision; the children live on, and are taken up by the next <see cref="Start"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(false);
        await _tending.ConfigureAwait(false);
        await Task.WhenAll(Supervisors.Select(supervisor => supervisor.DisposeAsync().AsTask())).ConfigureAwait(false);
        _exits.Dispose();
        _checks.Dispose();
        _proc.Dispose();
        _directory.Dispose();
        _closed.Dispose();
    }

    private async Task TendAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(TendEach, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_closed.Token).ConfigureAwait(false))
                foreach (Supervisor supervisor in Supervisors) supervisor.Tend(_proc);
        }
        catch (OperationCanceledException)
        {
            // We end.
        }
    }
}

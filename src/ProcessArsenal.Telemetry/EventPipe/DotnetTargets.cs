using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.EventPipe.Publishing;
using ProcessArsenal.Telemetry.EventPipe.Runtime;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>Finds the .NET processes among those that are sampled, and has each listened to for as long as it lives. Used by the tick; the listening
/// itself goes on between ticks.</summary>
internal sealed class DotnetTargets : IDisposable
{
    /// <summary>Whether runtimes can call us.</summary>
    public const string PortSignal = "dotnet_port";

    /// <summary>Processes that are listened to at once: each costs us some hundred kilobytes, and three descriptors.</summary>
    public const int Most = 200;

    /// <summary>A runtime has more threads than its first from its beginning: most processes need no look at all.</summary>
    internal const int LeastThreads = 2;

    /// <summary>Who is older has its socket by now.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(2);

    private readonly ProcFs _proc;
    private readonly TimeProvider _time;
    private readonly SessionMemory _memory;
    private readonly ForeignFamilies _families = new();
    private readonly RuntimeFamilies _runtimeFamilies;
    private readonly NewcomerScout _scout;
    private readonly List<Task> _leaving = [];
    private readonly MeterFamilies _meterFamilies;
    private readonly SignalBoard _signals;
    private DiagnosticPort? _port;
    private DotnetOptions? _options;
    private int _count;
    private long _notAttached;
    private long _dropped;

    public DotnetTargets(ProcFs proc, TimeProvider time, SignalBoard signals)
    {
        _signals = signals;
        _proc = proc;
        _time = time;
        _memory = new SessionMemory(proc);
        _runtimeFamilies = new RuntimeFamilies(_families);
        _meterFamilies = new MeterFamilies(_families, DotnetOptions.OwnMeters);
        Accounts = new RuntimeAccounts(time);
        _scout = new NewcomerScout(proc, time, (directory, isNew) => Begin(directory, isNew, null));
    }

    /// <summary>Called, on any thread, when a target has told its first values.</summary>
    public Action? FirstTold { get; set; }

    /// <summary>What each has told, for whoever wants evidence.</summary>
    public RuntimeAccounts Accounts { get; }

    /// <summary>Spans of all targets, for whoever takes them.</summary>
    public SpanSink Spans { get; } = new();

    /// <summary>Sessions that ask for something else by now are ended, and begun anew.</summary>
    /// <param name="options">Null: nobody is listened to.</param>
    public void Configure(DotnetOptions? options, IEnumerable<TrackedProcess> known)
    {
        bool isSame = options is null ? _options is null : options.IsSame(_options);
        _options = options;
        if (isSame) return;
        foreach (TrackedProcess process in known) Leave(process);
    }

    /// <summary>A process has executed a file. It is looked at a moment later; from any thread.</summary>
    public void Executed(int pid)
    {
        if (_options is { AttachesToAll: true }) _scout.Add(pid);
    }

    public void BeginTick()
    {
        _families.BeginRound();
        OpenPort();
        _leaving.RemoveAll(task => task.IsCompleted);
    }

    /// <summary>Looks whether a process is to be listened to. Costs next to nothing for one that was looked at.</summary>
    public void Consider(TrackedProcess process, in ProcessRow row)
    {
        if (_options is null) return;
        ref readonly ProcStat stat = ref process.Sample.Stat;
        bool isChanged = false;
        if (process.Dotnet is { } known)
        {
            // It may have become another program, which may be a .NET one.
            if (known.Image == Image(stat) || known.Target is { Finished.IsCompleted: false }) return;
            isChanged = known.Image != Image(stat);
            Leave(process);
        }
        if (stat.Threads < LeastThreads || stat.IsZombie || stat.IsExiting || stat.IsKernelThread || row.Group is null) return;
        if (!_proc.IsLive || stat.Pid == Environment.ProcessId || !_options.Wants(row)) return;
        if (_scout.TryTake(stat.Pid, stat.StartTicks, out DotnetTarget? early))
        {
            _count++;
            Attach(process, early);
            return;
        }
        if (_count >= Most)
        {
            _notAttached++;
            return;
        }
        if (_proc.OpenProcess(stat.Pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return;
        if (!IsStill(directory!, stat.StartTicks))
        {
            directory!.Dispose();
            return;
        }
        _count++;
        Attach(process, Begin(directory!, isChanged || row.Uptime is not { } age || age < Young, process.Identity));
    }

    /// <summary>What one tells, as numbers for conditions; null if it is not known to be a .NET process.</summary>
    public RuntimeFacts? FactsOf(TrackedProcess process)
    {
        if (process.Dotnet is not { Target: { } target, View: { } view } || target.State != DotnetTargetState.Attached)
            return process.IsDotnet ? RuntimeFacts.Silent : null;
        return view.Facts.Read(target, _time);
    }

    /// <summary>The process has ended, or is another program.</summary>
    public void Leave(TrackedProcess process)
    {
        if (process.Dotnet?.Target is { } target) End(process, target);
        process.Dotnet = null;
    }

    /// <summary>What one tells, into a snapshot.</summary>
    /// <param name="place">Index of the process in the snapshot.</param>
    /// <param name="row">The same process there; it is in a group.</param>
    public void AddTo(DotnetSnapshot snapshot, TrackedProcess process, int place, in ProcessRow row)
    {
        if (process.Dotnet is not { Target: { } target, View: { } view } attached) return;
        DotnetStatus status = target.Status;
        if (status.State == DotnetTargetState.None)
        {
            if (!target.Finished.IsCompleted) return;
            // It is no .NET process: what is left of it is that it was looked at.
            End(process, target);
            process.Dotnet = new AttachedProcess(null, attached.Image, null);
            return;
        }
        process.RunsOn(target.Runtime?.Version);
        process.EnsureLabels(row);
        view.Tell(status.State, status.Reason);
        bool isAttached = status.State == DotnetTargetState.Attached;
        long dropped = target.Read(readings =>
        {
            var source = new DotnetSource(place, readings.Runtime, readings.Began, readings.Events.Began);
            bool isAsked = readings.AreSpansWanted && isAttached && view.TellSpans(readings.SpansRefusal);
            snapshot.Begin(source, process.Labels!, view.StateLine, isAttached, target.Lost, isAsked ? new SpanFilter(target.FilterTaken, target.Untold) : null);
            if (isAttached && readings.AreSpansWanted) snapshot.AddSpans(view.SpansLine);
            if (isAttached) view.CopyTo(snapshot, readings, _families.Round);
            return target.Dropped;
        });
        _dropped += view.Dropped + dropped - view.DroppedByTarget;
        view.DroppedByTarget = dropped;
    }

    public void EndTick(DotnetSnapshot snapshot)
    {
        snapshot.Dropped = _dropped;
        snapshot.NotAttached = _notAttached;
        _scout.Forget();
    }

    /// <summary>Ends all sessions, as far as the targets let us in time.</summary>
    public void Dispose()
    {
        if (_port is { } port) _leaving.Add(port.DisposeAsync().AsTask());
        _scout.Dispose();
        _ = Task.WaitAll([.. _leaving], LastPatience);
    }

    /// <summary>Tries again at each tick where it can't be listened on, and where somebody has removed the socket.</summary>
    private void OpenPort()
    {
        if (_port is { } old && (old.Path != _options?.Port || !File.Exists(old.Path)))
        {
            _leaving.Add(old.DisposeAsync().AsTask());
            _port = null;
        }
        if (_options?.Port is not { } path) _signals.Withdraw(PortSignal);
        else if (_port is null)
        {
            _port = DiagnosticPort.Open(path, CalledAsync, _time, out string? needs);
            _signals.Tell(PortSignal, needs);
        }
    }

    private Task CalledAsync(int pid) =>
        _options is { AttachesToAll: true } && _scout.Announce(pid) is { } target ? target.Begun : Task.CompletedTask; // Others are for the tick to decide.

    /// <param name="identity">Null if it is to be found out.</param>
    private DotnetTarget Begin(ProcessDirectory directory, bool isNew, ProcessIdentity? identity)
    {
        DotnetOptions options = _options!;
        if (options.Spans is not null) identity ??= ProcessOpener.Identify(_proc, directory);
        return new(directory, options, _time, isNew, () => FirstTold?.Invoke(), _memory, identity is { } known ? new SpanTarget(known, Spans) : null);
    }

    private TargetView NewView() => new(_meterFamilies, _runtimeFamilies, _options is { Points: true } ? new PointView() : null);

    private void Attach(TrackedProcess process, DotnetTarget target)
    {
        process.Dotnet = new AttachedProcess(target, Image(process.Sample.Stat), NewView());
        Accounts.Begin(process.Identity, target);
    }

    private void End(TrackedProcess process, DotnetTarget target)
    {
        Accounts.End(process.Identity);
        _count--;
        _leaving.Add(Task.Run(async () => await target.DisposeAsync()));
    }

    private bool IsStill(ProcessDirectory directory, ulong startTicks)
    {
        Span<byte> buffer = stackalloc byte[2048];
        return directory.ReadStat(buffer, out ProcStat stat, out _) == ReadOutcome.Ok && stat.StartTicks == startTicks;
    }

    /// <summary>What changes with the program that a process runs.</summary>
    private static (ulong, ulong) Image(in ProcStat stat) => (stat.ArgumentStart, stat.StackStart);
}

/// <summary>What is known of a process as a target.</summary>
/// <param name="Target">Null if it was found to be no .NET process.</param>
/// <param name="Image">What it ran then.</param>
internal sealed record AttachedProcess(DotnetTarget? Target, (ulong, ulong) Image, TargetView? View);

using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Watches for a while who sends how much to whom: by TCP from the kernel's own counters of each connection, those that are made and end meanwhile
/// included; by unix sockets and pipes who is connected to whom when the window ends, and what waits. Of UDP the kernel tells nothing. Nothing of what is watched
/// is touched. Safe for concurrent use.</summary>
public sealed class MessageFlow(ProcFs proc, TimeProvider time)
{
    private const int MostAtOnce = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly SemaphoreSlim Places = new(MostAtOnce);

    private readonly SocketHolders _holders = new(proc, time);

    /// <summary>Who is connected to whom at the moment, whatever goes through.</summary>
    /// <exception cref="OperationCanceledException"/>
    public Task<FlowReport> PeersAsync(CancellationToken cancellation) => WatchAsync([], new FlowOptions { Window = TimeSpan.Zero }, cancellation);

    /// <summary>Watches.</summary>
    /// <param name="targets">Whose flows are wanted: pairs that one of them is part of, and those that may be
    /// theirs as it is not known whose they are. Empty: all.</param>
    /// <exception cref="OperationCanceledException"/>
    /// <exception cref="FlowsBusyException">As many watch already as there may.</exception>
    public async Task<FlowReport> WatchAsync(IReadOnlyCollection<ProcessIdentity> targets, FlowOptions options, CancellationToken cancellation)
    {
        // The one that goes on for good takes the place of none that is asked for.
        bool takesPlace = options.Rolled is null;
        if (takesPlace && !await Places.WaitAsync(Patience, cancellation).ConfigureAwait(false)) throw new FlowsBusyException();
        try
        {
            // It waits for the kernel's messages all the time, so it has a thread of its own.
            using var watch = new FlowWatch(proc, time, _holders, targets, options, cancellation);
            return await Task.Factory.StartNew(watch.Run, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            if (takesPlace) Places.Release();
        }
    }
}

/// <summary>As many watch already as there may at a time.</summary>
public sealed class FlowsBusyException() : Exception("As many watch already as there may at a time: try again in some seconds.");

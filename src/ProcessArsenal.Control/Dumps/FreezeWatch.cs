using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Dumps;

/// <summary>Measures how long a process stands still under a tracer (ptrace(2)), and ends the tracer if that is too long: the process goes on then. It looks every few
/// milliseconds, so that is how exact it is; on a thread of its own, since whoever is short of threads must not freeze it longer.</summary>
internal sealed class FreezeWatch(HeldProcess held, ProcessDirectory directory, ProcFs proc, TimeSpan most, long mostBytes, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5), Release = TimeSpan.FromSeconds(5);

    /// <summary>How long it may take beside standing still: the runtime is asked, the tracer is started.</summary>
    private static readonly TimeSpan Beside = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _over = new(), _done = new();
    private readonly bool _wasStopped = IsStopped(directory);
    private Task _looking = Task.CompletedTask;
    private bool _isBroken;

    /// <summary>Canceled when it is too long, or too much, or the process has ended: <see cref="Why"/>.</summary>
    public CancellationToken Token => _over.Token;

    /// <summary>Why it was ended; null: it was not.</summary>
    public string? Why { get; private set; }

    /// <summary>How long it stood still, at most: from the look before it was seen to do so to the look after. Zero: it was not seen.</summary>
    public TimeSpan Freeze { get; private set; }

    /// <summary>It has looked at all.</summary>
    public bool HasBegun => _looking != Task.CompletedTask;

    /// <summary>Says that the tracer has ended in the middle, or was ended: by us, for want of memory, by anybody.</summary>
    public void Break() => _isBroken = true;

    /// <summary>Begins to look; ends when what is returned is disposed.</summary>
    /// <param name="length">Of what is written so far, bytes.</param>
    public IAsyncDisposable Begin(Func<long> length)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _looking = ended.Task;
        new Thread(() =>
        {
            try
            {
                LookOn(length);
            }
            catch (Exception e)
            {
                // Nobody else would take it, and it would end us.
                Why = $"how long it stands still can't be watched: {e.Message}";
                _over.Cancel();
            }
            finally
            {
                ended.SetResult();
            }
        })
        { IsBackground = true, Name = "dump" }.Start();
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync().ConfigureAwait(false);
        await _looking.ConfigureAwait(false);
        await LetGoAsync().ConfigureAwait(false);
    }

    private void LookOn(Func<long> length)
    {
        long began = time.GetTimestamp(), stoodSince = began, before = began;
        bool stands = false;
        while (!_done.IsCancellationRequested)
        {
            bool isTraced = TracerOf(directory) > 0;
            long now = time.GetTimestamp();
            if (isTraced && !stands) stoodSince = before;
            if (isTraced || stands) Freeze = time.GetElapsedTime(stoodSince, now);
            (stands, before) = (isTraced, now);
            Why = held.HasEnded() ? "it ended meanwhile"
                : Freeze > most ? FormattableString.Invariant($"it stood still for longer than the {most.TotalSeconds:0.###} s that it may (max_freeze), and was let go")
                : time.GetElapsedTime(began, now) > most + Beside ? FormattableString.Invariant($"it did not come about within {(most + Beside).TotalSeconds:0} s")
                : length() is var bytes && bytes > mostBytes ? $"it became larger than {Burden.Size(mostBytes)}, twice of what was expected"
                : null;
            if (Why is not null)
            {
                EndTracer();
                _over.Cancel();
                return;
            }
            _done.Token.WaitHandle.WaitOne(Look);
        }
    }

    /// <summary>Ends who traces it, which lets it go on (ptrace(2)); a child of its own, or of ours, and nobody else.</summary>
    private void EndTracer()
    {
        long began = time.GetTimestamp();
        while (!held.HasEnded() && TracerOf(directory) is > 0 and var tracer && time.GetElapsedTime(began) < Release)
        {
            if (HeldProcess.Identify(proc, tracer) is { } identity)
            {
                using HeldProcess? who = HeldProcess.Open(proc, identity, out _);
                // It still traces while it is held, so it is the one that was meant.
                if (who is not null && TracerOf(directory) == tracer && TargetFacts.ParentOf(proc, tracer) is { } parent && (parent == held.Identity.Pid || parent == Environment.ProcessId)) _ = who.Send(SignalNames.Kill);
            }
            _done.Token.WaitHandle.WaitOne(Look);
        }
    }

    /// <summary>A tracer that is ended in the middle may leave a SIGSTOP of its own behind (PTRACE_ATTACH sends one), which nobody else would take back.</summary>
    private async Task LetGoAsync()
    {
        if (_wasStopped || (Why is null && !_isBroken)) return;
        long began = time.GetTimestamp();
        while (!held.HasEnded() && time.GetElapsedTime(began) < TimeSpan.FromMilliseconds(200))
        {
            if (TracerOf(directory) == 0 && IsStopped(directory)) _ = held.Send(SignalNames.Continue);
            await Task.Delay(Look, time).ConfigureAwait(false);
        }
    }

    /// <summary>Who traces it; 0 if nobody.</summary>
    internal static int TracerOf(ProcessDirectory directory)
    {
        Span<byte> buffer = stackalloc byte[8192];
        return directory.ReadStatus(buffer, out ProcStatus status) == ReadOutcome.Ok ? status.TracerPid : 0;
    }

    private static bool IsStopped(ProcessDirectory directory)
    {
        Span<byte> buffer = stackalloc byte[2048];
        return directory.ReadStat(buffer, out ProcStat stat, out _) == ReadOutcome.Ok && stat.State == (byte)'T';
    }
}

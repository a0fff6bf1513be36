using ProcessArsenal.Control.Interop;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Supervision;

/// <summary>Begins and ends the lives of a supervisor's children. What may wait is done beside its loop, and told to it. Used by the loop.</summary>
/// <param name="now">Time since the supervisor began.</param>
/// <param name="tell">Has something done by the loop, from any thread.</param>
/// <param name="closed">The supervision has ended; the children live on.</param>
internal sealed class ChildLives(SupervisorMachine machine, ExitWatch exits, HealthCheck checks, TimeProvider time, Func<TimeSpan> now, Action<Action> tell, CancellationToken closed)
{
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(20);

    private int _launching;

    /// <summary>Something has changed that is shown, since this was set to false.</summary>
    public bool IsChanged { get; set; } = true;

    /// <summary>A program is being started.</summary>
    public bool AreBeginning => _launching > 0;

    /// <summary>Starts one, by a thread of its own: it waits until the program is executed, which a disk can delay.</summary>
    public void Launch(ChildSeat seat)
    {
        _launching++;
        var thread = new Thread(() =>
        {
            ChildLife? life = null;
            string? why;
            try
            {
                Capabilities.DropAmbient();
                life = ChildLauncher.Launch(seat.Spec, seat.Files, time, out why);
            }
#pragma warning disable CA1031 // Whatever it is: it is why it was not started.
            catch (Exception e)
#pragma warning restore CA1031
            {
                why = e.Message;
            }
            tell(() => Launched(seat, life, why));
        })
        { IsBackground = true, Name = "launch" };
        try
        {
            thread.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            tell(() => Launched(seat, null, "there is no memory, or there are too many threads, to start it by"));
        }
    }

    private void Launched(ChildSeat seat, ChildLife? life, string? why)
    {
        _launching--;
        IsChanged = true;
        if (life is null)
        {
            seat.LaunchFailures++;
            seat.LastEnd = new ChildEnd(time.GetUtcNow(), null, null, null, $"could not be started: {why}");
            machine.LaunchFailed(seat.Index, now());
            return;
        }
        seat.Begin(life);
        machine.Launched(seat.Index, now());
        Watch(seat, life);
    }

    /// <summary>Has its end told, and asks its health.</summary>
    public void Watch(ChildSeat seat, ChildLife life)
    {
        exits.Watch(life.Pidfd!, () => tell(() => Exited(seat, life)));
        if (seat.Spec.Health is not { } health) return;
        seat.Checks = CancellationTokenSource.CreateLinkedTokenSource(closed);
        _ = checks.RunAsync(health, why => tell(() => Answered(seat, life, why)), time, seat.Checks.Token);
    }

    private void Answered(ChildSeat seat, ChildLife life, string? why)
    {
        if (seat.Life != life || seat.Health is not { } health) return;
        IsChanged = true;
        if (why is null) seat.ChecksPassed++;
        else seat.ChecksFailed++;
        ChildSlot slot = machine.Slots[seat.Index];
        if (!health.Take(why, now() - slot.UpSince) || slot.Phase != ChildPhase.Up || seat.Cause is not null) return;
        seat.Cause = FormattableString.Invariant($"stopped as {health.Failures} health checks in a row failed: {why}");
        machine.Unhealthy(seat.Index);
    }

    /// <summary>Has one end by its own signal.</summary>
    public void Stop(ChildSeat seat, ChildLife life) => _ = StopAsync(seat, life);

    private async Task StopAsync(ChildSeat seat, ChildLife life)
    {
        string? why;
        try
        {
            why = await Task.Run(() => ChildStopper.StopAsync(life, seat.Spec, time, closed)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException)
        {
            return; // It has ended, or the supervision has.
        }
#pragma warning disable CA1031 // Whatever it is: it is why it was not stopped.
        catch (Exception e)
#pragma warning restore CA1031
        {
            why = e.Message;
        }
        if (why is not null) tell(() => DidNotEnd(seat, life, why));
    }

    private void DidNotEnd(ChildSeat seat, ChildLife life, string why)
    {
        if (seat.Life != life) return;
        IsChanged = true;
        seat.StopTrouble = why;
        machine.Stuck(seat.Index);
    }

    /// <summary>It has ended; before it may be started again, what it left behind is to end too, and only then is its zombie taken away: as long as that is
    /// there, the number of its session can't be another's.</summary>
    public void Exited(ChildSeat seat, ChildLife life)
    {
        if (seat.Life != life) return;
        seat.StopChecks();
        _ = Task.Run(async () =>
        {
            int left = 0;
            try
            {
                left = await Remains.EndAsync(life, seat.Spec.StopSignal, seat.Spec.StopTimeout, time, closed).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return; // The supervision has ended.
            }
#pragma warning disable CA1031 // Whatever it is: the child has ended, and that must be told.
            catch (Exception)
#pragma warning restore CA1031
            {
                left = -1;
            }
            ExitStatus? exit = life.Reap();
            // One that was adopted is waited for by init, and its end told afterwards; how long that may take depends on what it is needed for.
            TimeSpan patience = life.IsOurs || life.Pidfd is null ? TimeSpan.Zero : TimeSpan.FromSeconds(seat.Spec.Restart == RestartType.Transient ? 3 : 0.5);
            for (long since = time.GetTimestamp(); exit is null && time.GetElapsedTime(since) < patience; exit = life.Reap())
                await Task.Delay(LookPause, time).ConfigureAwait(false);
            tell(() => Ended(seat, life, exit, left));
        });
    }

    private void Ended(ChildSeat seat, ChildLife life, ExitStatus? exit, int left)
    {
        if (seat.Life != life) return;
        IsChanged = true;
        string? cause = seat.Cause ?? (seat.Spec.User is not null && exit is { Signal: 0, Code: 126 or 127 } ? "if that was setpriv's, the log says why" : null);
        seat.LastEnd = ChildEnd.Of(time.GetUtcNow(), life.Identity, exit, cause, left);
        seat.End();
        machine.Ended(seat.Index, exit is { IsSuccess: true }, now());
    }
}

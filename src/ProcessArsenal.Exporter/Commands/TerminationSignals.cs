using System.Runtime.InteropServices;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>SIGINT and SIGTERM ask a command to end, and again what comes together with the first (timeout(1) sends one to its child, and one to all). Who asks later than that is
/// impatient: then the system ends us as it does by default. System.CommandLine's own handler is not used, as two signals at the same moment make it throw.</summary>
internal sealed class TerminationSignals : IDisposable
{
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _asked = new();
    private readonly TaskCompletionSource<PosixSignal> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;
    private readonly TimeProvider _time;
    private long _at;

    public TerminationSignals(TimeProvider time)
    {
        _time = time;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Take), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take)];
    }

    /// <summary>Cancelled with the first.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Waits for a command, and once it was asked to end no longer than its patience.</summary>
    /// <returns>Its exit code; or as shells tell of a program that the signal has ended: 128 and its number.</returns>
    public async Task<int> WaitAsync(Task<int> command, TimeSpan patience)
    {
        if (await Task.WhenAny(command, _first.Task).ConfigureAwait(false) != command)
        {
            PosixSignal signal = await _first.Task.ConfigureAwait(false);
            using var done = new CancellationTokenSource();
            Task late = Task.Delay(patience, _time, done.Token);
            if (await Task.WhenAny(command, late).ConfigureAwait(false) == late) return signal == PosixSignal.SIGINT ? 130 : 143;
            await done.CancelAsync().ConfigureAwait(false);
        }
        return await command.ConfigureAwait(false);
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _asked.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        long now = Math.Max(1, _time.GetTimestamp()), first = Interlocked.CompareExchange(ref _at, now, 0);
        context.Cancel = first == 0 || _time.GetElapsedTime(first, now) < Together;
        if (first != 0 || !_first.TrySetResult(context.Signal)) return;
        try
        {
            _asked.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }
}

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>The sessions on one target: one for all that its runtime tells at the same level, and one for exceptions, which are at another. They end
/// together.</summary>
internal sealed class TargetSessions : IAsyncDisposable
{
    /// <summary>Exceptions come with their stacks, and seldom.</summary>
    private const int ExceptionsShare = 4;

    private readonly TargetSession _main, _exceptions;

    private TargetSessions(TargetSession main, TargetSession exceptions)
    {
        (_main, _exceptions) = (main, exceptions);
        Completion = FirstAsync();
    }

    /// <summary>Ends with the first of them: with null where the target ended it in order, else with why it broke off. Never fails.</summary>
    public Task<string?> Completion { get; }

    /// <summary>Events that the target wrote and that never came.</summary>
    public long Lost => _main.Lost + _exceptions.Lost;

    /// <summary>Begins them.</summary>
    /// <param name="bufferMegabytes">Memory of the target for events that wait.</param>
    /// <param name="handler">Called by one thread at a time for each session.</param>
    /// <inheritdoc cref="TargetSession.StartAsync"/>
    public static async Task<TargetSessions> StartAsync(
        DiagnosticSocket socket, TargetReadings readings, int bufferMegabytes, TargetEventHandler handler, TimeProvider time, CancellationToken cancellationToken)
    {
        TargetSession main = await TargetSession.StartAsync(socket, readings.Providers(), bufferMegabytes, handler, time, cancellationToken);
        TargetSessions? both = null;
        try
        {
            int share = Math.Max(1, bufferMegabytes / ExceptionsShare);
            return both = new TargetSessions(main, await TargetSession.StartAsync(socket, readings.ExceptionProviders(), share, handler, time, cancellationToken));
        }
        finally
        {
            if (both is null) await main.DisposeAsync();
        }
    }

    /// <summary>Ends them, in no more time than one takes.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_main.DisposeAsync().AsTask(), _exceptions.DisposeAsync().AsTask());

    private async Task<string?> FirstAsync() => await await Task.WhenAny(_main.Completion, _exceptions.Completion);
}

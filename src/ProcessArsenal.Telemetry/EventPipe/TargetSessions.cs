using ProcessArsenal.Telemetry.EventPipe.Activities;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>The sessions on one target: one for all that its runtime tells at the same level, one for exceptions, which are at another, and one for
/// spans, which may begin later and end before. Else they end together.</summary>
internal sealed class TargetSessions : IAsyncDisposable
{
    /// <summary>Exceptions come with their stacks, and seldom.</summary>
    private const int ExceptionsShare = 4;

    private readonly TargetSession _main, _exceptions;

    private readonly SpanSession? _spans;

    private TargetSessions(TargetSession main, TargetSession exceptions, SpanSession? spans)
    {
        (_main, _exceptions, _spans) = (main, exceptions, spans);
        Completion = FirstAsync();
    }

    /// <summary>Ends with the first of them: with null where the target ended it in order, else with why it broke off. Never fails.</summary>
    public Task<string?> Completion { get; }

    /// <summary>Events that the target wrote and that never came.</summary>
    public long Lost => _main.Lost + _exceptions.Lost + (_spans?.Lost ?? 0);

    /// <summary>Begins them.</summary>
    /// <param name="bufferMegabytes">Memory of the target for events that wait.</param>
    /// <param name="settling">How long the program still begins.</param>
    /// <param name="handler">Called by one thread at a time for each session.</param>
    /// <inheritdoc cref="TargetSession.StartAsync(DiagnosticSocket, int, IReadOnlyList{Microsoft.Diagnostics.NETCore.Client.EventPipeProvider}, int, TargetEventHandler, TimeProvider, CancellationToken)"/>
    public static async Task<TargetSessions> StartAsync(
        DiagnosticSocket socket, TargetReadings readings, int bufferMegabytes, TimeSpan settling, TargetEventHandler handler, TimeProvider time,
        CancellationToken cancellationToken)
    {
        int runtime = readings.Runtime?.Major ?? 0;
        TargetSession main = await TargetSession.StartAsync(socket, runtime, readings.Providers(), bufferMegabytes, handler, time, cancellationToken);
        TargetSessions? both = null;
        try
        {
            int share = Math.Max(1, bufferMegabytes / ExceptionsShare);
            TargetSession exceptions = await TargetSession.StartAsync(socket, runtime, readings.ExceptionProviders(), share, handler, time, cancellationToken);
            SpanSession? spans = readings.SpanReadings is { } wanted ? new SpanSession(socket, wanted, bufferMegabytes, settling, handler, time) : null;
            return both = new TargetSessions(main, exceptions, spans);
        }
        finally
        {
            if (both is null) await main.DisposeAsync();
        }
    }

    /// <summary>Ends them, in no more time than one takes.</summary>
    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(_main.DisposeAsync().AsTask(), _exceptions.DisposeAsync().AsTask(), _spans?.DisposeAsync().AsTask() ?? Task.CompletedTask);

    private async Task<string?> FirstAsync() =>
        await await (_spans is null ? Task.WhenAny(_main.Completion, _exceptions.Completion) : Task.WhenAny(_main.Completion, _exceptions.Completion, _spans.Broken));
}

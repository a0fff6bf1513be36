using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Sending;

/// <summary>A sender of spans in a directory of its own, for which time passes fast.</summary>
internal sealed class SenderFixture : IAsyncDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly Task _run;
    private readonly bool _ownsDirectory;

    public SenderFixture(OtlpEndpoint endpoint, string? directory = null, int times = 50, Func<OtlpSendingOptions, OtlpSendingOptions>? change = null)
    {
        _ownsDirectory = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("otlp-").FullName;
        var options = new OtlpSendingOptions { Traces = endpoint, SpoolDirectory = Directory };
        Sender = new OtlpSender(change?.Invoke(options) ?? options, new HurriedTime(times), Log);
        _run = Sender.RunAsync(_cancel.Token);
    }

    public string Directory { get; }

    public string[] Files => [.. System.IO.Directory.GetFiles(Path.Join(Directory, "traces")).Where(file => Path.GetFileName(file) != "lock").Order(StringComparer.Ordinal)];

    public OtlpSender Sender { get; }

    public ListLogger Log { get; } = new();

    public long Sent => Sender.Sent(OtlpSignal.Traces);

    public SpoolState Waiting => Sender.Waiting(OtlpSignal.Traces);

    public long Dropped(DropReason reason) => Sender.Dropped(OtlpSignal.Traces, reason);

    public long AllDropped => Enum.GetValues<DropReason>().Sum(Dropped);

    public void Add(params string[] names) => Sender.Enqueue(OtlpSignal.Traces, TestRequests.Traces(names), names.Length);

    public Task Idle() => Eventually.True("nothing waits", () => Waiting.Requests == 0, () => $"{Waiting}; {string.Join("; ", Log.Lines)}");

    public async Task Stop()
    {
        await _cancel.CancelAsync();
        await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        await Sender.DisposeAsync();
        _cancel.Dispose();
        if (_ownsDirectory) System.IO.Directory.Delete(Directory, recursive: true);
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class ListLogger : ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue(formatter(state, exception));
}

using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace ProcessArsenal.Tests;

/// <summary>Another tool that collects a program's meters, as dotnet-counters and dotnet-monitor do.</summary>
internal sealed class OtherListener : IAsyncDisposable
{
    private readonly EventPipeSession _session;
    private readonly Task _run;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _events = [];

    private OtherListener(EventPipeSession session)
    {
        _session = session;
        _run = Task.Run(Read);
    }

    /// <param name="id">SHARED, or a name: the runtime has either one of those, or any number of tools that share and agree on the rest.</param>
    public static async Task<OtherListener> Start(int pid, string meters, string id = "SHARED", string interval = "1", string mostHistograms = "100")
    {
        Dictionary<string, string> settings = new()
        {
            ["SessionId"] = id,
            ["ClientId"] = Guid.NewGuid().ToString(),
            ["SharedIdentifier"] = Guid.NewGuid().ToString(),
            ["Metrics"] = meters,
            ["RefreshInterval"] = interval,
            ["MaxTimeSeries"] = "1000",
            ["MaxHistograms"] = mostHistograms,
        };
        EventPipeProvider provider = new("System.Diagnostics.Metrics", EventLevel.Informational, 0x2, settings);
        return new OtherListener(await new DiagnosticsClient(pid).StartEventPipeSessionAsync(
            [provider], requestRundown: false, circularBufferMB: 16, TestContext.Current.CancellationToken));
    }

    /// <summary>How many events of a name it was sent.</summary>
    public int Events(string name)
    {
        lock (_gate) return _events.GetValueOrDefault(name);
    }

    public Task Has(string name, int atLeast = 1) =>
        Eventually.True($"{atLeast} {name}", () => Events(name) >= atLeast, ToString);

    public override string ToString()
    {
        lock (_gate) return string.Join(' ', _events.Select(e => $"{e.Key}:{e.Value}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _session.StopAsync(CancellationToken.None);
        await _run;
        _session.Dispose();
    }

    private void Read()
    {
        using var source = new EventPipeEventSource(_session.EventStream);
        source.Dynamic.All += value =>
        {
            lock (_gate) _events[value.EventName] = _events.GetValueOrDefault(value.EventName) + 1;
        };
        source.Process();
    }
}

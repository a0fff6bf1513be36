using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>Requests that ASP.NET Core served and HttpClient made, as their event sources tell.</summary>
internal sealed class RequestReader : ITraceSection
{
    private const string Server = ActivityNames.Server, Client = ActivityNames.Client;
    private const int Most = 20, MostOpen = 100_000;

    private readonly Dictionary<Guid, (string Provider, string Name, double At)> _open = [];
    private readonly Dictionary<(string Provider, string Name), Group> _groups = [];

    public void Listen(TraceLogEventSource source, StackNames names) => source.Dynamic.All += Take;

    public TraceReport AddTo(TraceReport report) =>
        _groups.Count == 0 ? report : report with { Requests = new RequestSection(Of(Server), Of(Client)) };

    private void Take(TraceEvent value)
    {
        if (value.ProviderName is not (Server or Client)) return;
        switch (value.EventName)
        {
            case "Request/Start" or "RequestStart":
                if (_open.Count < MostOpen) _open[value.ActivityID] = (value.ProviderName, ActivityNames.OfRequest(value), value.TimeStampRelativeMSec);
                break;
            case "Request/Stop" or "RequestStop":
                if (!_open.Remove(value.ActivityID, out (string Provider, string Name, double At) request)) break;
                Group group = GroupOf(request);
                group.Count++;
                if (IsFailure(value)) group.Failed++;
                double seconds = (value.TimeStampRelativeMSec - request.At) / 1000;
                group.Seconds += seconds;
                group.Longest = Math.Max(group.Longest, seconds);
                break;
            case "Request/Failed" or "RequestFailed" or "UnhandledException":
                if (_open.TryGetValue(value.ActivityID, out (string Provider, string Name, double At) failed)) GroupOf(failed).Failed++;
                break;
        }
    }

    private Group GroupOf((string Provider, string Name, double At) request)
    {
        var key = (request.Provider, _groups.Count < MostOpen || _groups.ContainsKey((request.Provider, request.Name)) ? request.Name : "(others)");
        if (!_groups.TryGetValue(key, out Group? group)) _groups[key] = group = new Group();
        return group;
    }

    private static bool IsFailure(TraceEvent value) => value.PayloadByName("statusCode") is int status && (status >= 500 || status < 0);

    private IReadOnlyList<RequestGroup> Of(string provider) =>
        [.. _groups.Where(pair => pair.Key.Provider == provider).OrderByDescending(static pair => pair.Value.Seconds).ThenByDescending(static pair => pair.Value.Count).Take(Most)
            .Select(static pair => new RequestGroup(pair.Key.Name, pair.Value.Count, pair.Value.Failed,
                pair.Value.Count == 0 ? null : pair.Value.Seconds / pair.Value.Count, pair.Value.Count == 0 ? null : pair.Value.Longest))];

    private sealed class Group
    {
        public long Count { get; set; }

        public long Failed { get; set; }

        public double Seconds { get; set; }

        public double Longest { get; set; }
    }
}

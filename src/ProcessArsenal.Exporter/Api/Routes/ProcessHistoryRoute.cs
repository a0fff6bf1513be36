using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/processes/{id}/history</c>: what a process was like earlier, also of one that has ended not long ago, by its identity.</summary>
internal static class ProcessHistoryRoute
{
    private static readonly ApiParameter<string> Signal = Parameters.Choice("signal", "Which value. Default: all that it has.", [.. HistorySignal.All.Select(static signal => signal.Name)]);

    private static readonly ApiParameter<object> Since = Parameters.Time("since", "Only what is later: a time by RFC 3339, or how far back, such as 10m. Default: all that is kept.");

    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/processes/{id}/history",
        Role = Role.Viewer,
        Summary = "Shows what a process was like earlier",
        Parameters = [Parameters.Id, Signal, Since],
        Answer = ViewJson.Default.ProcessHistoryView,
        Handle = static request => JsonAnswer.WriteAsync(request.Http, Look(request), ViewJson.Default.ProcessHistoryView),
    };

    private static ProcessHistoryView Look(ApiRequest request)
    {
        ProcessName name = request.Get(Parameters.Id)!;
        ProcessIdentity identity = name.Identity ?? request.Services.Look(snapshot => snapshot.Processes[snapshot.Resolve(name)].Sample.Identity);
        DateTimeOffset since = Parameters.TimeOf(request, Since) ?? DateTimeOffset.MinValue;
        string? only = request.Get(Signal);
        History history = request.Services.Sampler.History;
        var signals = new List<SignalHistoryView>();
        var points = new List<HistoryPoint>();
        foreach (HistorySignal signal in HistorySignal.All)
        {
            if (only is not null && signal.Name != only) continue;
            if (!history.TryRead(identity, signal, since, points))
                throw new ProblemException(Problem.NoSuchProcess($"Nothing is remembered of the process {identity}: it has never been seen, lived for less than two samples, or ended too long ago."));
            // A signal that it never had says nothing, unless it is asked for.
            if (only is not null || points.Exists(static point => point.Value is not null))
                signals.Add(new SignalHistoryView(signal.Name, signal.Unit, [.. points.Select(HistoryPointView.Of)]));
        }
        return new ProcessHistoryView(identity.ToString(), history.EndOf(identity), signals);
    }
}

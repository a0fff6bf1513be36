using System.Text.Json.Nodes;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Flows;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/flows</c> and <c>POST /api/v1/flows</c>: who sends how much to whom, from now on for some seconds; of all, or of some processes.</summary>
internal static class FlowRoutes
{
    /// <summary>Seconds.</summary>
    public const int LongestWindow = 60, UsualWindow = 5;

    public const int MostTargets = 256;

    private static readonly ApiParameter<object> Window = Parameters.Duration(
        "window", "How long to watch, from now on: the answer comes then.", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(LongestWindow), TimeSpan.FromSeconds(UsualWindow));

    private static readonly ApiParameter<object> Seconds = Parameters.Number("seconds", "How long to watch, from now on: the answer comes then.", 1, LongestWindow, UsualWindow);

    private static readonly ApiList<ProcessName> Targets = new(
        "targets", "Whose flows: identities, or pids, which mean whoever has them now. All, if none is given.",
        new ApiParameter<ProcessName>("targets", "", "identities such as 4711-65123-ab12cd34, or pids", ProcessName.Parse) { Schema = Parameters.Text() }, MostTargets)
    {
        Schema = new JsonObject { ["type"] = "array", ["maxItems"] = MostTargets, ["items"] = new JsonObject { ["type"] = new JsonArray("string", "integer") } },
    };

    public static readonly ApiRoute Get = new()
    {
        Path = "/api/v1/flows",
        Role = Role.Viewer,
        Summary = "Watches who sends how much to whom",
        Parameters = [Window],
        Answer = ViewJson.Default.FlowsView,
        IsExpensive = true,
        Handle = static request => WatchAsync(request, [], request.Get(Window) as TimeSpan? ?? TimeSpan.FromSeconds(UsualWindow)),
    };

    public static readonly ApiRoute Post = new()
    {
        Method = HttpMethods.Post,
        Path = "/api/v1/flows",
        Role = Role.Viewer,
        Summary = "Watches who sends how much to whom, of some processes",
        Body = [Targets, Seconds],
        Answer = ViewJson.Default.FlowsView,
        IsExpensive = true,
        Handle = static request =>
        {
            ProcessName[] names = request.Get(Targets) ?? [];
            ProcessIdentity[] targets = names.Length == 0 ? [] : request.Services.Look(snapshot => names.Select(name => snapshot.Processes[snapshot.Resolve(name)].Sample.Identity).ToArray());
            return WatchAsync(request, targets, TimeSpan.FromSeconds(request.Get(Seconds) as int? ?? UsualWindow));
        },
    };

    private static async Task WatchAsync(ApiRequest request, IReadOnlyCollection<ProcessIdentity> targets, TimeSpan window)
    {
        FlowReport report = await request.Services.Flows.WatchAsync(targets, new FlowOptions { Window = window }, request.Aborted);
        await JsonAnswer.WriteAsync(request.Http, FlowsView.Of(report), ViewJson.Default.FlowsView);
    }
}

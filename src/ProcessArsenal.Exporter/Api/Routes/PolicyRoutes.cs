using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Policies.Running;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>/api/v1/policies</c>: how they stand, and how far they go.</summary>
internal static class PolicyRoutes
{
    private const string Configured = "configured";

    private static readonly ApiParameter<string> Name = new("name", "Name of a policy.", "the name of a policy", static text => text.Length is > 0 and <= 64 ? text : null) { IsInPath = true, Schema = Parameters.Text() };

    private static readonly ApiParameter<string> Mode = Parameters.Choice("mode", "How far it goes, until the configuration says something else of it than now; configured: as the configuration says.", [.. PolicyModes.Words.Select(static word => word.Word), Configured]);

    public static readonly ApiRoute[] All =
    [
        new()
        {
            Path = "/api/v1/policies",
            Role = Role.Viewer,
            Summary = "Lists policies as they stand",
            Answer = ViewJson.Default.PolicyListView,
            Handle = static request =>
            {
                PolicyRunner runner = request.Services.Policies.Runner;
                var view = new PolicyListView([.. runner.Statuses.Select(PolicyView.Of)]) { StormUntil = runner.StormUntil, Trouble = request.Services.Control.Trouble };
                return JsonAnswer.WriteAsync(request.Http, view, ViewJson.Default.PolicyListView);
            },
        },
        new()
        {
            Path = "/api/v1/policies/{name}",
            Role = Role.Viewer,
            Summary = "Shows one policy as it stands",
            Parameters = [Name],
            Answer = ViewJson.Default.PolicyView,
            Handle = static request => JsonAnswer.WriteAsync(request.Http, PolicyView.Of(Find(request)), ViewJson.Default.PolicyView),
        },
        new()
        {
            Method = HttpMethods.Put,
            Path = "/api/v1/policies/{name}/mode",
            Role = Role.Admin,
            Summary = "Sets how far a policy goes",
            Parameters = [Name],
            Body = [Mode],
            Answer = ViewJson.Default.PolicyView,
            Handle = static async request =>
            {
                string word = request.Get(Mode) ?? throw new ProblemException(Problem.InvalidParameter("mode", $"mode is needed: one of {string.Join(", ", PolicyModes.Words.Select(static word => word.Word))}, {Configured}."));
                string name = Find(request).Policy.Name;
                if (await request.Services.Policies.Runner.SetModeAsync(name, PolicyModes.Parse(word), request.Token.Name) is { } why) throw new ProblemException(Problem.NotRecorded($"The mode of {name}: {why}."));
                await JsonAnswer.WriteAsync(request.Http, PolicyView.Of(Find(request)), ViewJson.Default.PolicyView);
            },
        },
    ];

    /// <exception cref="ProblemException">There is none.</exception>
    private static PolicyStatus Find(ApiRequest request)
    {
        string name = request.Get(Name)!;
        IReadOnlyList<PolicyStatus> all = request.Services.Policies.Runner.Statuses;
        if (all.FirstOrDefault(status => status.Policy.Name == name) is { } found) return found;
        if (request.Services.Control.Ledger is null) throw new ProblemException(Problem.NotRecorded($"There is no ledger now, and so no policies: {request.Services.Control.Trouble}"));
        string help = NearestName.Find(name, all.Select(static status => status.Policy.Name)) is { } nearest ? $"did you mean {nearest}?" : "GET /api/v1/policies lists them.";
        throw new ProblemException(Problem.NotFound($"There is no policy {Quoting.Cap(name)}: {help}"));
    }
}

using System.Globalization;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>POST /api/v1/explain</c>: what policies would do about an alert, or by their conditions alone, with what every limit and guard says. Nothing is done.</summary>
internal static class ExplainRoute
{
    private static readonly ApiParameter<string> Policy = new("policy", "Only this policy.", "the name of a policy", static text => text.Length is > 0 and <= 64 ? text : null) { Schema = Parameters.Text() };

    private static readonly ApiParameter<object> Action = new("action", "An entry of the ledger: what its policy would do by today's rules.", "the number of an action", static text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : null)
    {
        Schema = new System.Text.Json.Nodes.JsonObject { ["type"] = "integer", ["minimum"] = 1 },
    };

    public static readonly ApiRoute Route = new()
    {
        Method = HttpMethods.Post,
        Path = "/api/v1/explain",
        Role = Role.Viewer,
        Summary = "Says what policies would do, without doing it",
        Body = [Policy, ExplainBody.Labels, ExplainBody.Payload, Action],
        Answer = ViewJson.Default.ExplainView,
        IsExpensive = true,
        Handle = HandleAsync,
    };

    private static async Task HandleAsync(ApiRequest request)
    {
        string? policy = request.Get(Policy);
        if (request.Get(Action) is long id)
        {
            ActionRecord action = ActionList.LedgerOf(request).Reader.Find(id) ?? throw new ProblemException(Problem.NotFound(FormattableString.Invariant($"There is no action {id}.")));
            policy ??= action.Intent.Policy ?? throw new ProblemException(Problem.InvalidParameter("action", FormattableString.Invariant($"Action {id} was asked for by '{action.Intent.Caller}', and by no policy: GET /api/v1/actions/{id} says why and what came of it.")));
        }
        if (policy is not null && request.Services.Policies.Runner.Statuses.All(status => status.Policy.Name != policy)) throw new ProblemException(Problem.NotFound($"There is no policy {Telemetry.Text.Quoting.Cap(policy)}. GET /api/v1/policies lists them."));
        List<IReadOnlyDictionary<string, string>?> alerts = [.. request.Get(ExplainBody.Payload) ?? []];
        if (request.Get(ExplainBody.Labels) is { } labels) alerts.Add(labels);
        if (alerts.Count == 0) alerts.Add(null);
        var explained = new List<ExplainedAlertView>();
        foreach (IReadOnlyDictionary<string, string>? alert in alerts)
            explained.Add(new ExplainedAlertView(alert, [.. (await request.Services.Policies.Runner.ExplainAsync(alert, policy, request.Aborted)).Select(ExplainedPolicyView.Of)]));
        await JsonAnswer.WriteAsync(request.Http, new ExplainView(explained), ViewJson.Default.ExplainView);
    }
}

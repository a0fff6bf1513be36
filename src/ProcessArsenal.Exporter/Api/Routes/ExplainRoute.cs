using System.Globalization;
using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>POST /api/v1/explain</c>: what policies would do about an alert, or by their conditions alone, with what every limit and guard says. Nothing is done.</summary>
internal static class ExplainRoute
{
    private static readonly ApiParameter<string> Policy = new("policy", "Only this policy.", "the name of a policy", static text => text.Length is > 0 and <= 64 ? text : null) { Schema = Parameters.Text() };

    private static readonly ApiParameter<object> Action = new("action", "An entry of the ledger: what its policy would do about the same alert or condition, and what the guards would say to the same action, by today's rules.", "the number of an action", static text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : null)
    {
        Schema = new System.Text.Json.Nodes.JsonObject { ["type"] = "integer", ["minimum"] = 1 },
    };

    private static readonly ApiParameter<object> Delivery = new("delivery", "A delivery of Alertmanager: what policies would do about its alerts by today's rules.", "the number of a delivery", static text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : null)
    {
        Schema = new System.Text.Json.Nodes.JsonObject { ["type"] = "integer", ["minimum"] = 1 },
    };

    public static readonly ApiRoute Route = new()
    {
        Method = HttpMethods.Post,
        Path = "/api/v1/explain",
        Role = Role.Viewer,
        Summary = "Says what policies would do, without doing it",
        Body = [Policy, ExplainBody.Labels, ExplainBody.Payload, Action, Delivery],
        Answer = ViewJson.Default.ExplainView,
        IsExpensive = true,
        Handle = HandleAsync,
    };

    private static async Task HandleAsync(ApiRequest request)
    {
        string? policy = request.Get(Policy);
        var notes = new List<string>();
        List<IReadOnlyDictionary<string, string>?> alerts = [];
        if (request.Get(ExplainBody.Labels) is { } labels) alerts.Add(labels);
        ActionView? entry = null;
        ReplayView? replay = null;
        if (request.Get(Action) is long id)
        {
            (entry, replay) = (Entry(request, id), null);
            policy ??= entry.Policy;
            if (entry.Alert is { } its) alerts.Add(its);
            else if (entry.Incident is { } incident) notes.Add($"the alert that set it off (incident {incident}) is not kept any more: its policy is asked by its condition alone");
            replay = await ActionReplay.AskAsync(request, entry);
            if (entry.Policy is null) notes.Add($"{entry.Caller} asked for it, and no policy: what the guards would say to the same now is all that there is to replay");
        }
        if (request.Get(Delivery) is long delivery) alerts.AddRange(AlertsOf(request, delivery, notes));
        bool isKnown = policy is null || request.Services.Policies.Runner.Statuses.Any(status => status.Policy.Name == policy);
        if (!isKnown && entry is null) throw new ProblemException(Problem.NotFound($"There is no policy {Telemetry.Text.Quoting.Cap(policy!)}. GET /api/v1/policies lists them."));
        if (!isKnown) notes.Add($"the policy {Telemetry.Text.Quoting.Cap(policy!)} is no more");
        if (alerts.Count == 0 && request.Get(ExplainBody.Payload) is null && request.Get(Delivery) is null && (entry is null || entry.Policy is not null)) alerts.Add(null);
        var explained = new List<ExplainedAlertView>();
        IReadOnlyList<AskedAlert> asked = request.Get(ExplainBody.Payload) ?? [];
        foreach (AskedAlert alert in isKnown ? asked : []) explained.Add(await ExplainAsync(alert.Labels, alert.WhyNothing(request.Services.Control.AlertOptions, request.Services.Time.GetUtcNow())));
        foreach (IReadOnlyDictionary<string, string>? alert in isKnown ? alerts : []) explained.Add(await ExplainAsync(alert, null));
        await JsonAnswer.WriteAsync(request.Http, new ExplainView(explained) { Entry = entry, Replay = replay, Notes = notes }, ViewJson.Default.ExplainView);

        async Task<ExplainedAlertView> ExplainAsync(IReadOnlyDictionary<string, string>? alert, string? nothing) =>
            new(alert, [.. (await request.Services.Policies.Runner.ExplainAsync(alert, policy, request.Aborted)).Select(ExplainedPolicyView.Of)]) { Nothing = nothing };
    }

    private static ActionView Entry(ApiRequest request, long id)
    {
        LedgerReader reader = ActionList.LedgerOf(request).Reader;
        return ActionView.Of([reader.Find(id) ?? throw new ProblemException(Problem.NotFound(FormattableString.Invariant($"There is no action {id}.")))], reader)[0];
    }

    /// <summary>Labels of the alerts of a delivery, as far as they are kept: of one that was for another host nothing is.</summary>
    private static IEnumerable<IReadOnlyDictionary<string, string>> AlertsOf(ApiRequest request, long id, List<string> notes)
    {
        DeliveryRecord delivery = IncidentQueries.Delivery(ActionList.LedgerOf(request).Reader, id)
            ?? throw new ProblemException(Problem.NotFound(FormattableString.Invariant($"There is no delivery {id}: it never was, or is too old to be kept.")));
        notes.Add(string.Create(CultureInfo.InvariantCulture, $"delivery {id} came at {delivery.Received.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z with {delivery.Alerts} alerts ({string.Join(", ", delivery.Verdicts.OrderBy(static one => one.Key, StringComparer.Ordinal).Select(static one => $"{one.Key} {one.Value}"))})"));
        if (delivery.Incidents.Count < delivery.Alerts) notes.Add(string.Create(CultureInfo.InvariantCulture, $"the labels of {delivery.Incidents.Count} of them are kept"));
        return delivery.Incidents.Take(ExplainBody.MostAlerts).Select(static incident => incident.Labels);
    }
}

using System.Globalization;
using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/actions</c>: what was done and refused, newest first, as the ledger has it.</summary>
internal static class ActionList
{
    private const int UsualLimit = 100, MostLimit = 1000;

    private static readonly (string Name, OutcomeKind Kind)[] Outcomes =
        [("succeeded", OutcomeKind.Succeeded), ("failed", OutcomeKind.Failed), ("refused", OutcomeKind.Refused), ("not_done", OutcomeKind.NotDone), ("cancelled", OutcomeKind.Cancelled), ("interrupted", OutcomeKind.Interrupted)];

    private static readonly ApiParameter<string>
        Action = Text("action", "Only of this kind, such as kill."), Target = Text("target", "Only on whoever is called that: an identity, a pid (also 4711@host), a group, a unit, a container, a supervised child, the name of a process."), Trigger = Text("trigger", "Only those that came in by this way: api, cli, alert, policy."),
        Policy = Text("policy", "Only by this policy."), Caller = Text("caller", "Only by the token of this name."), Incident = Text("incident", "Only by the alert of this incident."), Alert = Text("alert", "Only by alerts of this alertname, the latest thousand."),
        Outcome = Parameters.Choice("outcome", "Only with this outcome; open: with none yet.", [.. Outcomes.Select(static outcome => outcome.Name), "open"]);

    private static readonly ApiParameter<object>
        Since = Parameters.Time("since", "Only what was recorded then or later: a time by RFC 3339, or how far back, such as 2h."), Until = Parameters.Time("until", "Only what was recorded before then.");

    private static readonly ApiParameter<object> Limit = Parameters.Number("limit", "How many.", 1, MostLimit, UsualLimit);

    private static readonly ApiParameter<object> Cursor = new("cursor", "Where to go on: next of the answer before.", "what an answer before gave as next", static text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : null)
    {
        Schema = Parameters.Text(),
    };

    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/actions",
        Role = Role.Viewer,
        Summary = "Lists actions, newest first",
        Parameters = [Action, Target, Trigger, Policy, Caller, Incident, Alert, Outcome, Since, Until, Limit, Cursor],
        Answer = ViewJson.Default.ActionListView,
        IsExpensive = true,
        Handle = static async request =>
        {
            string? outcome = request.Get(Outcome);
            LedgerReader reader = LedgerOf(request).Reader;
            var filter = new ActionFilter
            {
                Action = request.Get(Action),
                Target = request.Get(Target),
                Trigger = request.Get(Trigger),
                Policy = request.Get(Policy),
                Caller = request.Get(Caller),
                Outcome = outcome is null or "open" ? null : Array.Find(Outcomes, one => one.Name == outcome).Kind,
                Open = outcome == "open",
                Since = Parameters.TimeOf(request, Since),
                Until = Parameters.TimeOf(request, Until),
                Incidents = IncidentsOf(reader, request.Get(Incident), request.Get(Alert)),
            };
            ActionPage page = reader.List(request.Get(Cursor) as long?, request.Get(Limit) as int? ?? UsualLimit, filter);
            await JsonAnswer.WriteAsync(request.Http, new ActionListView(ActionView.Of(page.Actions, reader)) { Next = page.Next?.ToString(CultureInfo.InvariantCulture) }, ViewJson.Default.ActionListView);
        },
    };

    /// <summary>Which incidents are meant; null: it is not asked.</summary>
    private static string[]? IncidentsOf(LedgerReader reader, string? incident, string? alert)
    {
        if (alert is null) return incident is null ? null : [incident];
        string[] all = [.. IncidentQueries.OfAlert(reader, alert, MostLimit).Select(static one => one.Name)];
        return incident is null ? all : [.. all.Where(one => one == incident)];
    }

    /// <exception cref="ProblemException">There is none.</exception>
    public static ActionLedger LedgerOf(ApiRequest request) => request.Services.Control.Ledger ?? throw new ProblemException(Problem.NotRecorded($"There is no ledger now: {request.Services.Control.Trouble}"));

    private static ApiParameter<string> Text(string name, string help) => new(name, help, "a text", static text => text.Length is > 0 and <= 256 ? text : null) { Schema = Parameters.Text() };
}

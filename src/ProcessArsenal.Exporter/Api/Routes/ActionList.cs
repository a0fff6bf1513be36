using System.Globalization;
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
        Action = Text("action", "Only of this kind, such as kill."), Target = Text("target", "Only on this identity."), Trigger = Text("trigger", "Only those that came in by this way: api, cli, alert, policy."),
        Policy = Text("policy", "Only by this policy."), Caller = Text("caller", "Only by the token of this name."),
        Outcome = Parameters.Choice("outcome", "Only with this outcome; open: with none yet.", [.. Outcomes.Select(static outcome => outcome.Name), "open"]);

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
        Parameters = [Action, Target, Trigger, Policy, Caller, Outcome, Limit, Cursor],
        Answer = ViewJson.Default.ActionListView,
        IsExpensive = true,
        Handle = static async request =>
        {
            string? outcome = request.Get(Outcome);
            var filter = new ActionFilter
            {
                Action = request.Get(Action),
                Target = request.Get(Target),
                Trigger = request.Get(Trigger),
                Policy = request.Get(Policy),
                Caller = request.Get(Caller),
                Outcome = outcome is null or "open" ? null : Array.Find(Outcomes, one => one.Name == outcome).Kind,
                Open = outcome == "open",
            };
            ActionPage page = LedgerOf(request).Reader.List(request.Get(Cursor) as long?, request.Get(Limit) as int? ?? UsualLimit, filter);
            await JsonAnswer.WriteAsync(request.Http, new ActionListView([.. page.Actions.Select(ActionView.Of)]) { Next = page.Next?.ToString(CultureInfo.InvariantCulture) }, ViewJson.Default.ActionListView);
        },
    };

    /// <exception cref="ProblemException">There is none.</exception>
    public static ActionLedger LedgerOf(ApiRequest request) => request.Services.Control.Ledger ?? throw new ProblemException(Problem.NotRecorded($"There is no ledger now: {request.Services.Control.Trouble}"));

    private static ApiParameter<string> Text(string name, string help) => new(name, help, "a text", static text => text.Length is > 0 and <= 256 ? text : null) { Schema = Parameters.Text() };
}

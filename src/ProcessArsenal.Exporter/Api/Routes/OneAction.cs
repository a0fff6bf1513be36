using System.Globalization;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/actions/{id}</c>: one action of the ledger.</summary>
internal static class OneAction
{
    private static readonly ApiParameter<object> Id = new("id", "Number of the action.", "the number of an action", static text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : null)
    {
        IsInPath = true,
        Schema = Parameters.Text(),
    };

    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/actions/{id}",
        Role = Role.Viewer,
        Summary = "Shows an action",
        Parameters = [Id],
        Answer = ViewJson.Default.ActionView,
        Handle = static async request =>
        {
            long id = (long)request.Get(Id)!;
            LedgerReader reader = ActionList.LedgerOf(request).Reader;
            ActionRecord action = reader.Find(id) ?? throw new ProblemException(Problem.NotFound(FormattableString.Invariant($"There is no action {id}: it never was, or is too old to be kept.")));
            await JsonAnswer.WriteAsync(request.Http, ActionView.Of([action], reader)[0], ViewJson.Default.ActionView);
        },
    };
}

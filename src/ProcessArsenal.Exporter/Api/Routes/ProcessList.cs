using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/processes</c>: many processes in short, filtered, sorted, a page at a time.</summary>
internal static class ProcessList
{
    private const int UsualLimit = 100, MostLimit = 5000;

    private static readonly string[] FieldNames = [.. FieldCatalogue.All.Select(static field => field.Name)];

    private static readonly ApiParameter<string> Sort = Parameters.Choice("sort", "The field that they are sorted by; those without a value come last. Default: pid.", FieldNames);

    private static readonly ApiParameter<string> Order = Parameters.Choice("order", "Default: desc for numbers other than pid and ppid, else asc.", "asc", "desc");

    private static readonly ApiParameter<object> Limit = Parameters.Number("limit", "How many there are on a page at most.", 1, MostLimit, UsualLimit);

    private static readonly ApiParameter<Cursor> After = new(
        "cursor", "What the page before gave as next, with the same where, sort and order.", "what an earlier page gave as next", Cursor.Parse)
    { Schema = Parameters.Text() };

    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/processes",
        Role = Role.Viewer,
        Summary = "Lists processes",
        Parameters = [Parameters.Where, Sort, Order, Limit, After],
        Answer = ViewJson.Default.ProcessListView,
        Handle = static request => JsonAnswer.WriteAsync(request.Http, List(request), ViewJson.Default.ProcessListView),
    };

    private static ProcessListView List(ApiRequest request)
    {
        Field sort = FieldCatalogue.Find(request.Get(Sort) ?? "pid")!;
        bool isDescending = request.Get(Order) is { } order ? order == "desc" : sort is NumberField and not { Name: "pid" or "ppid" };
        int limit = request.Get(Limit) as int? ?? UsualLimit;
        Expression? where = request.Get(Parameters.Where);
        Cursor? after = request.Get(After);
        if (after is not null && !after.Continues(sort.Name, isDescending, where?.Text))
            throw new ProblemException(Problem.InvalidParameter(After.Name, "cursor is of another list: give the same where, sort and order as for the page that it came from, or leave it out."));
        var query = new ProcessQuery(where, sort, isDescending, after?.Place);
        return request.Services.Look(snapshot =>
        {
            int[] found = query.Select(snapshot, out int total);
            int count = Math.Min(limit, found.Length);
            var views = new List<ProcessView>(count);
            for (int i = 0; i < count; i++) views.Add(ProcessView.Of(snapshot.Processes[found[i]]));
            string? next = found.Length > count ? Cursor.Of(sort.Name, isDescending, where?.Text, query.PlaceOf(snapshot.Processes[found[count - 1]])) : null;
            return new ProcessListView(snapshot.Time, snapshot.Tick, total, views, next);
        });
    }
}

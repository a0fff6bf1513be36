using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>POST /api/v1/approvals/{id}/...</c>: an operator decides on a run of a policy that waits for one.</summary>
internal static class ApprovalRoutes
{
    private static readonly ApiParameter<string> Id = new("id", "Of the run, as in GET /api/v1/policies.", "the id of a run such as memory_leak_recovery-7", static text => text.Length is > 0 and <= 100 ? text : null) { IsInPath = true, Schema = Parameters.Text() };

    private static readonly ApiParameter<string> Reason = new("reason", "Why; kept in the ledger.", $"a text of 1 to {ActionBody.LongestReason} characters", static text => text.Length is > 0 and <= ActionBody.LongestReason ? text : null)
    {
        Schema = new System.Text.Json.Nodes.JsonObject { ["type"] = "string", ["maxLength"] = ActionBody.LongestReason },
    };

    public static readonly ApiRoute[] All = [Of("approve", true, "Approves a run of a policy: its steps, and its escalation"), Of("reject", false, "Rejects a run of a policy")];

    private static ApiRoute Of(string name, bool isApproved, string summary) => new()
    {
        Method = HttpMethods.Post,
        Path = $"/api/v1/approvals/{{id}}/{name}",
        Role = Role.Operate,
        Summary = summary,
        Parameters = [Id],
        Body = [Reason],
        Answer = ViewJson.Default.ApprovalView,
        Handle = async request =>
        {
            string id = request.Get(Id)!;
            if (await request.Services.Policies.Runner.DecideAsync(id, isApproved, request.Token.Name, request.Get(Reason)) is { } why) throw new ProblemException(Problem.Refused($"{id}: {why}.", null, null));
            await JsonAnswer.WriteAsync(request.Http, new ApprovalView(id, isApproved ? "approved" : "rejected", request.Token.Name), ViewJson.Default.ApprovalView);
        },
    };
}

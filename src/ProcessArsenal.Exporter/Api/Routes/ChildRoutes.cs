using ProcessArsenal.Control;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Actions.Children;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>POST /api/v1/supervisors/{name}/children/{child}/...</c>: acts on one supervised child.</summary>
internal static class ChildRoutes
{
    public static readonly ApiRoute[] All =
    [
        Of("start", "Starts a supervised child that does not run", ChildParameters.Reset),
        Of("stop", "Stops a supervised child, which stays so until it is started", ActionBody.Evidence),
        Of("restart", "Stops a supervised child and starts it again", ActionBody.Evidence),
        Of("message", "Puts a line into a supervised child's standard input", ChildParameters.Line),
    ];

    private static ApiRoute Of(string name, string summary, params ApiParameter[] body) => new()
    {
        Method = HttpMethods.Post,
        Path = $"/api/v1/supervisors/{{name}}/children/{{child}}/{name}",
        Role = Role.Operate,
        Summary = summary,
        Parameters = [ChildParameters.Supervisor, ChildParameters.Child],
        Body = [.. body, .. ActionBody.Common],
        Answer = ViewJson.Default.ActionResultView,
        Handle = request => HandleAsync(request, ChildParameters.ActionOf(request, name) ?? Message(request)),
    };

    private static async Task HandleAsync(ApiRequest request, ControlAction action)
    {
        SupervisedChild child = ChildParameters.Find(request, new ChildName(request.Get(ChildParameters.Supervisor)!, request.Get(ChildParameters.Child)!));
        ControlResult result = await request.Services.Control.Pipeline.RunAsync(ActionBody.Read(request, action, TargetSelection.OfChildren(child), isPreview: false, maxTargets: 1), request.Aborted);
        TargetResult one = result.Targets[0];
        if (one.Outcome == OutcomeKind.Refused) throw new ProblemException(Problem.Refused($"{action.Name} of {child.Name} is refused: {one.Reason?.TrimEnd('.')}.", one.Guard, one.Action));
        await JsonAnswer.WriteAsync(request.Http, ActionResultView.Of(one, result.IsRepeated), ViewJson.Default.ActionResultView);
    }

    private static MessageAction Message(ApiRequest request) =>
        new(request.Get(ChildParameters.Line) ?? throw new ProblemException(Problem.InvalidParameter("line", "line is needed: what to put into its standard input.")));
}

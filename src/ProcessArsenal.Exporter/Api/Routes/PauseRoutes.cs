using System.Text.Json.Nodes;
using ProcessArsenal.Control;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>/api/v1/pause</c>: the kill switch. As long as it is pressed no action is taken, whoever asks; seeing goes on.</summary>
internal static class PauseRoutes
{
    private const string Path = "/api/v1/pause";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private static readonly ApiParameter<string> Reason = new("reason", "Why.", $"a text of 1 to {ActionBody.LongestReason} characters", static text => text.Length is > 0 and <= ActionBody.LongestReason ? text : null)
    {
        Schema = new JsonObject { ["type"] = "string", ["maxLength"] = ActionBody.LongestReason },
    };

    private static readonly ApiParameter<object> Duration = Parameters.Duration("duration", "For how long; until it is ended, if it is not given.", TimeSpan.FromSeconds(1), Longest, TimeSpan.FromHours(1));

    public static readonly ApiRoute Get = new()
    {
        Path = Path,
        Role = Role.Viewer,
        Summary = "Says whether actions are paused",
        Answer = ViewJson.Default.PauseView,
        Handle = AnswerAsync,
    };

    public static readonly ApiRoute Post = new()
    {
        Method = HttpMethods.Post,
        Path = Path,
        Role = Role.Admin,
        Summary = "Pauses all actions",
        Body = [Reason, Duration],
        Answer = ViewJson.Default.PauseView,
        Handle = static async request =>
        {
            string reason = request.Get(Reason) ?? throw new ProblemException(Problem.InvalidParameter("reason", "reason is needed: whoever finds actions paused will ask why."));
            DateTimeOffset now = request.Services.Time.GetUtcNow();
            await request.Services.Control.Pipeline.PauseAsync(new PauseState(request.Token.Name, reason, now, now + (request.Get(Duration) as TimeSpan?)));
            await AnswerAsync(request);
        },
    };

    public static readonly ApiRoute Delete = new()
    {
        Method = HttpMethods.Delete,
        Path = Path,
        Role = Role.Admin,
        Summary = "Lets actions go on",
        Answer = ViewJson.Default.PauseView,
        Handle = static async request =>
        {
            await request.Services.Control.Pipeline.PauseAsync(null);
            await AnswerAsync(request);
        },
    };

    private static Task AnswerAsync(ApiRequest request) => request.Services.Control.Ledger is null
        ? throw new ProblemException(Problem.NotRecorded("Whether actions are paused is not known, as there is no ledger: none is taken. The log says why."))
        : JsonAnswer.WriteAsync(request.Http, PauseView.Of(request.Services.Control.Pipeline.Paused), ViewJson.Default.PauseView);
}

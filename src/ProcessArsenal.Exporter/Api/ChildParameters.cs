using System.Text.Json.Nodes;
using ProcessArsenal.Control;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Actions.Children;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Api;

/// <summary>How requests name supervised children, and what is asked of them.</summary>
internal static class ChildParameters
{
    public static readonly ApiParameter<string> Supervisor = Name("name", "Name of a supervisor of ours."), Child = Name("child", "Name of a child of it.");

    public static readonly ApiParameter<object> Reset = Parameters.Flag("reset", "Of start: also take the latch off its supervisor, forget its failures, and start all others that were given up.");

    public static readonly ApiParameter<string> Line = new("line", "For its standard input: one line, without its end.", "a line of text", static text => MessageAction.Error(text) is { } wrong
        ? throw new ProblemException(Problem.InvalidParameter("line", $"line is wrong: {wrong}.")) : text)
    {
        Schema = new JsonObject { ["type"] = "string", ["maxLength"] = MessageAction.MostBytes },
    };

    /// <summary>Several at once.</summary>
    public static readonly ApiList<ChildName> Children = new(
        "children", "Supervised children, instead of processes: of start, stop and restart.",
        new ApiParameter<ChildName>("children", "", "names of children such as shop/orders", ChildName.Parse) { Schema = Parameters.Text() }, ControlPipeline.MostTargets)
    {
        Schema = new JsonObject { ["type"] = "array", ["minItems"] = 1, ["maxItems"] = ControlPipeline.MostTargets, ["items"] = Parameters.Text() },
    };

    /// <exception cref="ProblemException">There is none.</exception>
    public static SupervisedChild Find(ApiRequest request, ChildName name)
    {
        if (request.Services.Supervision.Trouble is { } trouble) throw new ProblemException(Problem.NotReady($"Nothing is supervised: {trouble}"));
        if (request.Services.Supervision.Set is not { } set) throw new ProblemException(Problem.NotFound("There are no supervisors of ours: 'supervisors' of the configuration names none."));
        if (set.Find(name) is { } child) return child;
        string[] known = set.Find(name.Supervisor) is { } supervisor ? [.. supervisor.Spec.Children.Select(one => $"{name.Supervisor}/{one.Name}")] : [.. set.Supervisors.SelectMany(static one => one.Spec.Children.Select(child => $"{one.Name}/{child.Name}"))];
        string help = NearestName.Find(name.ToString(), known) is { } nearest ? $"did you mean {nearest}?" : "GET /api/v1/supervisors lists them.";
        throw new ProblemException(Problem.NotFound($"There is no supervised child {Quoting.Cap(name.ToString(), 140)}: {help}"));
    }

    /// <returns>Null if it is none that can be asked of children.</returns>
    public static ControlAction? ActionOf(ApiRequest request, string name) => name switch
    {
        "start" => new StartChildAction(request.Get(Reset) is true),
        "stop" => new StopChildAction(),
        "restart" => new RestartChildAction(),
        _ => null,
    };

    private static ApiParameter<string> Name(string name, string help) => new(name, help, $"a name of 1 to {SpecCheck.LongestName} letters, digits, '-', '_' and '.'", static text => SpecCheck.IsName(text) ? text : null)
    {
        IsInPath = true,
        Schema = Parameters.Text(),
    };
}

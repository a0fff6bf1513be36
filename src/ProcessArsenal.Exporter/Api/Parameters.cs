using System.Globalization;
using System.Text.Json.Nodes;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Api;

/// <summary>Parameters that several routes have, and how they are made.</summary>
internal static class Parameters
{
    public static readonly ApiParameter<Expression> Where = new(
        "where", "Only processes for which this expression is true, such as memory > 200MiB and cpu > 50%.", "an expression", ParseExpression)
    { Schema = Text() };

    /// <summary>Which process: an identity (<c>4711-65123-ab12cd34</c>), or a pid, which is whoever has it now.</summary>
    public static readonly ApiParameter<ProcessName> Id = new(
        "id", "Identity of a process, or a pid, which means whoever has it now.", "an identity such as 4711-65123-ab12cd34, or a pid", ProcessName.Parse)
    {
        IsInPath = true,
        Schema = Text(),
    };

    public static readonly ApiParameter<string> Group = new(
        "group", "Only processes that are counted in this group.", "the name of a group", static text => text.Length > 0 ? text : null)
    { Schema = Text() };

    public static ApiParameter<string> Choice(string name, string help, params string[] words) => new(
        name, help, $"one of {string.Join(", ", words)}", text => words.Contains(text) ? text
            : NearestName.Find(text, words) is { } nearest ? throw new ProblemException(Problem.InvalidParameter(name, $"{name} is never '{Quoting.Cap(text)}': did you mean '{nearest}'?")) : null)
    {
        Schema = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. words.Select(static word => (JsonNode)word)]) },
    };

    public static ApiParameter<object> Number(string name, string help, int least, int most, int usual) => new(
        name, help, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"),
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most ? number : null)
    {
        Schema = new JsonObject { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most, ["default"] = usual },
    };

    public static ApiParameter<object> Long(string name, string help, long least, long most, long usual) => new(
        name, help, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"),
        text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most ? number : null)
    {
        Schema = new JsonObject { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most, ["default"] = usual },
    };

    public static ApiParameter<object> Duration(string name, string help, TimeSpan least, TimeSpan most, TimeSpan usual) => new(
        name, help, $"a duration from {Durations.Format(least)} to {Durations.Format(most)}, such as {Durations.Format(usual)}",
        text => Durations.TryParse(text, out TimeSpan duration) && duration >= least && duration <= most ? duration : null)
    {
        Schema = new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$", ["default"] = Durations.Format(usual) },
    };

    /// <summary>A moment, or how far back it is: see <see cref="TimeOf"/>.</summary>
    public static ApiParameter<object> Time(string name, string help) => new(name, help, "a time such as 2026-01-02T03:04:05Z, or a duration such as 10m", static text =>
        Durations.TryParse(text, out TimeSpan back) ? back
        : DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : (object?)null)
    {
        Schema = Text(),
    };

    /// <summary>The moment that a request names; null: it names none.</summary>
    public static DateTimeOffset? TimeOf(ApiRequest request, ApiParameter<object> parameter) => request.Get(parameter) switch
    {
        DateTimeOffset time => time,
        TimeSpan back => request.Services.Time.GetUtcNow() is var now && back < now - DateTimeOffset.MinValue ? now - back : DateTimeOffset.MinValue,
        _ => null,
    };

    public static ApiParameter<object> Flag(string name, string help) => new(name, help, "true or false", static text => text switch { "true" => true, "false" => false, _ => null })
    {
        Schema = new JsonObject { ["type"] = "boolean", ["default"] = false },
    };

    public static JsonObject Text() => new() { ["type"] = "string" };

    private static Expression ParseExpression(string text) => Expression.TryParse(text, out Expression? expression, out ExpressionError? error)
        ? expression : throw new ProblemException(Problem.InvalidExpression("where", error.Message, error.Position));
}

/// <summary>How a request names a process.</summary>
/// <param name="Pid">Its pid.</param>
/// <param name="Identity">Null if only the pid is given.</param>
internal sealed record ProcessName(int Pid, ProcessIdentity? Identity)
{
    public static ProcessName? Parse(string text)
    {
        if (ProcessIdentity.TryParse(text, out ProcessIdentity identity)) return new ProcessName(identity.Pid, identity);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0 ? new ProcessName(pid, null) : null;
    }

    public override string ToString() => Identity?.ToString() ?? Pid.ToString(CultureInfo.InvariantCulture);
}

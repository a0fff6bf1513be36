using System.Text.Json;
using Microsoft.Extensions.Primitives;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Api;

/// <summary>A request that has passed the gate, with its parameters checked.</summary>
internal sealed class ApiRequest
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);

    /// <exception cref="ProblemException">A parameter is unknown, wrong, or given twice.</exception>
    public ApiRequest(HttpContext http, ApiRoute route, AccessToken token, ApiServices services)
    {
        (Http, Route, Token, Services) = (http, route, token, services);
        foreach (ApiParameter parameter in route.Parameters)
            if (parameter.IsInPath) _values[parameter.Name] = parameter.Read((string)http.Request.RouteValues[parameter.Name]!);
        foreach ((string name, StringValues texts) in http.Request.Query)
        {
            ApiParameter known = Array.Find(route.Parameters, parameter => !parameter.IsInPath && parameter.Name == name) ?? throw new ProblemException(Unknown(name, route.Parameters));
            if (texts.Count > 1) throw new ProblemException(Problem.InvalidParameter(name, $"{name} is given {texts.Count} times: give it once."));
            _values[name] = known.Read(texts[0] ?? "");
        }
    }

    public HttpContext Http { get; }

    public ApiRoute Route { get; }

    /// <summary>Who asks.</summary>
    public AccessToken Token { get; }

    public ApiServices Services { get; }

    /// <summary>It is for a stream.</summary>
    public bool IsStream => Route.Streams(Http.Request);

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Whoever asks has hung up; of a stream <see cref="Aborted"/> says also that we end.</summary>
    public required CancellationToken HungUp { get; init; }

    /// <summary>The value of a parameter; null if it is not given.</summary>
    public T? Get<T>(ApiParameter<T> parameter)
        where T : class => _values.TryGetValue(parameter.Name, out object? value) ? (T)value : null;

    /// <summary>The values of a list; null if it is not given.</summary>
    public T[]? Get<T>(ApiList<T> list)
        where T : class => _values.TryGetValue(list.Name, out object? values) ? (T[])values : null;

    /// <summary>An object of the body; null if it is not given.</summary>
    public T? Get<T>(ApiObject<T> parameter)
        where T : class => _values.TryGetValue(parameter.Name, out object? value) ? (T)value : null;

    /// <summary>Reads what the body has, if the route takes one.</summary>
    /// <exception cref="ProblemException">It is no such object, or something in it is unknown or wrong.</exception>
    public async Task ReadBodyAsync()
    {
        if (Route.Body.Length == 0) return;
        using JsonDocument? body = await RequestBody.ReadAsync(Http);
        if (body is null) return;
        try
        {
            foreach (JsonProperty member in body.RootElement.EnumerateObject())
            {
                ApiParameter known = Array.Find(Route.Body, parameter => parameter.Name == member.Name) ?? throw new ProblemException(Unknown(member.Name, Route.Body));
                _values[member.Name] = known.Read(member.Value);
            }
        }
        catch (InvalidOperationException)
        {
            throw new ProblemException(Problem.InvalidBody(RequestBody.HalfPair)); // JsonElement.GetString
        }
    }

    private Problem Unknown(string name, IEnumerable<ApiParameter> known)
    {
        string[] names = [.. known.Where(static parameter => !parameter.IsInPath).Select(static parameter => parameter.Name)];
        string advice = NearestName.Find(name, names) is { } nearest ? $"did you mean '{nearest}'?"
            : names.Length > 0 ? $"there are {string.Join(", ", names)}." : "it takes none.";
        return Problem.UnknownParameter(Quoting.Cap(name), $"{Route.Path} has no parameter '{Quoting.Cap(name)}': {advice}");
    }
}

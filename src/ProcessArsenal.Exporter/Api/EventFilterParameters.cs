using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Telemetry.Text;
using ProcessArsenal.Telemetry.Tracing.Events;

namespace ProcessArsenal.Exporter.Api;

/// <summary>Which events of a recording: as parameters of a request, and as one object of a body.</summary>
internal static class EventFilterParameters
{
    private const string How = "a part of it, or the whole with * and ?, without regard to case";

    public static readonly ApiParameter<NamePattern> Provider = Pattern("provider", $"Only events of this provider: {How}. Without it samples of stacks are left out; what methods are called is never shown.");

    public static readonly ApiParameter<NamePattern> Event = Pattern("event", $"Only events of this name, such as GC/Start: {How}.");

    public static readonly ApiParameter<NamePattern> Source = Pattern("source", $"Only events of this activity source: {How}.");

    public static readonly ApiParameter<NamePattern> Method = Pattern("method", $"Only events with this method in their stack: {How}.");

    public static readonly ApiParameter<NamePattern>[] All = [Provider, Event, Source, Method];

    public static readonly ApiParameter<TraceFilters> Filters = new FilterObject();

    public static EventFilter Read(ApiRequest request) =>
        new() { Provider = request.Get(Provider), Event = request.Get(Event), Source = request.Get(Source), Method = request.Get(Method) };

    private static ApiParameter<NamePattern> Pattern(string name, string help) => new(name, help, $"a name, or a part of one, of at most {NamePattern.Longest} characters", NamePattern.Parse)
    {
        Schema = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = NamePattern.Longest },
    };

    private sealed class FilterObject : ApiParameter<TraceFilters>
    {
        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public FilterObject()
            : base("filters", "Which of its events are shown unless others are asked for (provider, event, source), and which methods its report says more of (method); all of it is recorded.", "an object of provider, event, source and method", static _ => null) =>
            Schema = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject(All.Select(static one => KeyValuePair.Create(one.Name, (JsonNode?)one.Schema.DeepClone()))),
                ["additionalProperties"] = false,
            };

        public override object Read(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Object) return base.Read(value);
            var texts = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (JsonProperty member in value.EnumerateObject())
            {
                ApiParameter known = Array.Find(All, one => one.Name == member.Name)
                    ?? throw new ProblemException(Problem.InvalidParameter(Name, $"{Name} has no '{Quoting.Cap(member.Name)}': it is {string.Join(", ", All.Select(static one => one.Name))}."));
                if (member.Value.ValueKind != JsonValueKind.String) throw new ProblemException(Problem.InvalidParameter(Name, $"{member.Name} of {Name} must be a text."));
                texts[member.Name] = ((NamePattern)known.Read(member.Value)).Text;
            }
            return new TraceFilters(texts.GetValueOrDefault(Provider.Name), texts.GetValueOrDefault(Event.Name), texts.GetValueOrDefault(Source.Name), texts.GetValueOrDefault(Method.Name));
        }
    }
}

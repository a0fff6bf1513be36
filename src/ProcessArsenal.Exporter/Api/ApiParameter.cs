using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProcessArsenal.Exporter.Api;

/// <summary>Something that a request may say: how it is checked, and what the OpenAPI document says of it.</summary>
internal abstract class ApiParameter(string name, string help)
{
    public string Name { get; } = name;

    /// <summary>What it means, in one sentence.</summary>
    public string Help { get; } = help;

    /// <summary>It is a part of the path.</summary>
    public bool IsInPath { get; init; }

    /// <summary>Its JSON Schema.</summary>
    public required JsonObject Schema { get; init; }

    /// <summary>Reads a value.</summary>
    /// <exception cref="ProblemException">It is wrong.</exception>
    public abstract object Read(string text);

    /// <summary>Reads a value of a body, where numbers and truth need no quotation marks.</summary>
    /// <exception cref="ProblemException">It is wrong.</exception>
    public virtual object Read(JsonElement value) => Read(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
}

/// <summary>The same with the type of its value.</summary>
/// <param name="parse">Null if the text is wrong; it may also throw a <see cref="ProblemException"/> that says more.</param>
/// <param name="expected">What it must be, to follow "must be".</param>
internal class ApiParameter<T>(string name, string help, string expected, Func<string, T?> parse) : ApiParameter(name, help)
    where T : class
{
    public override object Read(string text) => parse(text)
        ?? throw new ProblemException(Problem.InvalidParameter(Name, $"{Name} must be {expected}, not '{Telemetry.Text.Quoting.Cap(text)}'."));
}

/// <summary>Several of them, in a body.</summary>
/// <param name="item">Reads one.</param>
/// <param name="most">As many.</param>
internal sealed class ApiList<T>(string name, string help, ApiParameter<T> item, int most) : ApiParameter(name, help)
    where T : class
{
    public override object Read(string text) => throw Wrong();

    public override object Read(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most) throw Wrong();
        return value.EnumerateArray().Select(one => (T)item.Read(one)).ToArray();
    }

    private ProblemException Wrong() => new(Problem.InvalidParameter(Name, FormattableString.Invariant($"{Name} must be a list of at most {most}.")));
}

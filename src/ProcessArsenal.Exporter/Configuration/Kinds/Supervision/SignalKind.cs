using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Control.Actions;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Supervision;

/// <summary>A signal that a child may be asked to end by: by name, or by number.</summary>
internal sealed class SignalKind : ScalarKind<int>
{
    private const int Most = 64;

    public override string Expected => "a signal such as SIGTERM, SIGINT or SIGQUIT, or its number";

    protected override bool TryParse(string text, bool plain, out int value)
    {
        value = SignalNames.Find(text) ?? 0;
        return value > 0 || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is > 0 and <= Most);
    }

    protected override string? Hint(string text) => MeantWord.Hint(text.ToUpperInvariant(), SignalNames.Allowed.Keys.Select(static name => "SIG" + name));

    public override string Format(int value) => SignalNames.Find(SignalNames.Of(value)) is null ? value.ToString(CultureInfo.InvariantCulture) : SignalNames.Of(value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("type");
        json.WriteStringValue("string");
        json.WriteStringValue("integer");
        json.WriteEndArray();
    }

    public override void WriteJson(Utf8JsonWriter json, int value) => json.WriteStringValue(Format(value));
}

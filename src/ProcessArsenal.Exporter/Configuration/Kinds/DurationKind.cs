using System.Text.Json;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

internal sealed class DurationKind(TimeSpan minimum, TimeSpan maximum, string example) : ScalarKind<TimeSpan>
{
    public override string Expected => $"a duration from {Durations.Format(minimum)} to {Durations.Format(maximum)}, such as {example}";

    protected override bool TryParse(string text, bool plain, out TimeSpan value) =>
        Durations.TryParse(text, out value) && value >= minimum && value <= maximum;

    protected override string? Hint(string text) =>
        text.Length > 0 && text.All(char.IsAsciiDigit) ? ": add a unit, one of ms, s, m, h, d." : null;

    public override string Format(TimeSpan value) => Durations.Format(value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", @"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$");
    }

    public override void WriteJson(Utf8JsonWriter json, TimeSpan value) => json.WriteStringValue(Format(value));
}

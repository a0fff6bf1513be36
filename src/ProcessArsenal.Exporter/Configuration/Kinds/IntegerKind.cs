using System.Globalization;
using System.Text.Json;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

internal sealed class IntegerKind(int minimum, int maximum) : ScalarKind<int>
{
    public override string Expected => string.Create(CultureInfo.InvariantCulture, $"a whole number from {minimum} to {maximum}");

    protected override bool TryParse(string text, bool plain, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && plain && value >= minimum && value <= maximum;

    protected override string? Hint(string text) =>
        TryParse(text, plain: true, out _) ? " in quotes: remove them." : null;

    public override string Format(int value) => value.ToString(CultureInfo.InvariantCulture);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "integer");
        json.WriteNumber("minimum", minimum);
        json.WriteNumber("maximum", maximum);
    }

    public override void WriteJson(Utf8JsonWriter json, int value) => json.WriteNumberValue(value);
}

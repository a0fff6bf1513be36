using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>One condition.</summary>
internal sealed class ExpressionKind(string example) : ValueKind<Expression>
{
    public override bool TryBind(YamlNode node, string path, BindContext context, [MaybeNullWhen(false)] out Expression value)
    {
        value = null;
        if (node is not YamlScalar { IsNull: false } scalar) ReportKind(node, path, $"an expression such as {YamlText.Quote(example)}", context);
        else if (Expression.TryParse(scalar.Text, out value, out ExpressionError? error)) return true;
        else context.Error(scalar, error.Position, $"'{path}': {error.Message}");
        return false;
    }

    public override string Format(Expression value) => YamlText.Quote(value.Text);

    public override void WriteSchema(Utf8JsonWriter json) => json.WriteString("type", "string");

    public override void WriteJson(Utf8JsonWriter json, Expression value) => json.WriteStringValue(value.Text);
}

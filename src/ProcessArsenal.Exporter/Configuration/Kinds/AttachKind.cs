using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>All, none, or a condition.</summary>
internal sealed class AttachKind : ValueKind<AttachRule>
{
    public override bool IsText => true;

    public override bool TryBind(YamlNode node, string path, BindContext context, [MaybeNullWhen(false)] out AttachRule value)
    {
        value = null;
        if (node is not YamlScalar { IsNull: false } scalar) ReportKind(node, path, "all, none, or an expression such as 'not group = \"legacy\"'", context);
        else if (scalar.Text == AttachRule.All.Text) value = AttachRule.All;
        else if (scalar.Text == AttachRule.None.Text) value = AttachRule.None;
        else if (Expression.TryParse(scalar.Text, out Expression? expression, out ExpressionError? error) && expression.LooksBackAt is { } at)
            context.Error(scalar, at, $"'{path}': whether to attach is decided as a process is found, when nothing is known of what it was like before; compare values instead of 'for', 'growing' and memory_growth.");
        else if (expression is not null) value = new AttachRule(expression.Text, expression);
        else if (MeantWord.Hint(scalar.Text, AttachRule.All.Text, AttachRule.None.Text) is { } hint)
            context.Error(scalar, $"'{path}' must be all, none, or an expression, not '{scalar.Text}'{hint}");
        else context.Error(scalar, error!.Position, $"'{path}' is neither all nor none, and as an expression: {error.Message}");
        return value is not null;
    }

    public override string Format(AttachRule value) => value.Condition is null ? value.Text : YamlText.Quote(value.Text);

    public override void WriteSchema(Utf8JsonWriter json) => json.WriteString("type", "string");

    public override void WriteJson(Utf8JsonWriter json, AttachRule value) => json.WriteStringValue(value.Text);
}

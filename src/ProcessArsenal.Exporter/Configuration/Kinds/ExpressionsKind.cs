using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>A list of conditions.</summary>
/// <param name="looksBack">Whether they may ask for earlier samples: not where unknown selects too, as it is unknown at first for everybody.</param>
internal sealed class ExpressionsKind(string example, bool looksBack = true) : ValueKind<ImmutableArray<Expression>>
{
    public override bool TryBind(YamlNode node, string path, BindContext context, out ImmutableArray<Expression> value)
    {
        value = [];
        if (node is not YamlSequence sequence)
        {
            ReportKind(node, path, $"a list of expressions such as [{YamlText.Quote(example)}]", context);
            return false;
        }
        int before = context.Errors.Count;
        var expressions = ImmutableArray.CreateBuilder<Expression>();
        for (int i = 0; i < sequence.Items.Count; i++)
        {
            string item = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (sequence.Items[i] is not YamlScalar { IsNull: false } scalar)
                ReportKind(sequence.Items[i], item, $"an expression such as {example}", context);
            else if (Expression.TryParse(scalar.Text, out Expression? expression, out ExpressionError? error))
            {
                if (looksBack || expression.LooksBackAt is not { } at) expressions.Add(expression);
                else context.Error(scalar, at, $"'{item}': this is unknown until there are earlier samples, and what is unknown is excluded too: all processes would be; compare values instead of 'for', 'growing' and memory_growth.");
            }
            else context.Error(scalar, error.Position, $"'{item}': {error.Message}");
        }
        value = expressions.ToImmutable();
        return context.Errors.Count == before;
    }

    public override string Format(ImmutableArray<Expression> value) =>
        YamlText.List(value.Select(expression => YamlText.Quote(expression.Text)));

    public override IReadOnlyList<string>? FormatItems(ImmutableArray<Expression> value) =>
        value.IsEmpty ? null : [.. value.Select(expression => YamlText.Quote(expression.Text))];

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "array");
        json.WriteStartObject("items");
        json.WriteString("type", "string");
        json.WriteEndObject();
    }

    public override void WriteJson(Utf8JsonWriter json, ImmutableArray<Expression> value)
    {
        json.WriteStartArray();
        foreach (Expression expression in value) json.WriteStringValue(expression.Text);
        json.WriteEndArray();
    }
}

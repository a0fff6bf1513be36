using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>One word of several.</summary>
internal sealed class ChoiceKind<T>(params (string Word, T Value)[] choices) : ScalarKind<T>
    where T : struct, Enum
{
    public override string Expected => $"one of {string.Join(", ", choices.Select(choice => choice.Word))}";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out T value)
    {
        foreach ((string word, T meaning) in choices)
        {
            value = meaning;
            if (word == text) return true;
        }
        value = default;
        return false;
    }

    // The beginning of a word is a common way to mean it: warn, info.
    protected override string? Hint(string text)
    {
        string? meant = choices.Select(choice => choice.Word)
            .FirstOrDefault(word => text.Length > 1 && word.StartsWith(text, StringComparison.OrdinalIgnoreCase))
            ?? NearestName.Find(text, choices.Select(choice => choice.Word));
        return meant is null ? null : $": did you mean '{meant}'?";
    }

    public override string Format(T value) => Array.Find(choices, choice => EqualityComparer<T>.Default.Equals(choice.Value, value)).Word;

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("enum");
        foreach ((string word, _) in choices) json.WriteStringValue(word);
        json.WriteEndArray();
    }

    public override void WriteJson(Utf8JsonWriter json, T value) => json.WriteStringValue(Format(value));
}

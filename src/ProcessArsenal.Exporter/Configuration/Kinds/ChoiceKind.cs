using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

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

    protected override string? Hint(string text) => MeantWord.Hint(text, choices.Select(choice => choice.Word));

    public override string Format(T value) => Array.Find(choices, choice => EqualityComparer<T>.Default.Equals(choice.Value, value)).Word;

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("enum");
        foreach ((string word, _) in choices) json.WriteStringValue(word);
        json.WriteEndArray();
    }

    public override void WriteJson(Utf8JsonWriter json, T value) => json.WriteStringValue(Format(value));
}

using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>Guesses which of a few words was meant. The beginning of one is a common way to mean it: warn, info, no.</summary>
internal static class MeantWord
{
    /// <summary>The end of a message; null if nothing comes to mind.</summary>
    public static string? Hint(string text, params IEnumerable<string> words)
    {
        string? meant = words.FirstOrDefault(word => text.Length > 1 && word.StartsWith(text, StringComparison.OrdinalIgnoreCase)) ?? NearestName.Find(text, words);
        return meant is null ? null : $": did you mean '{meant}'?";
    }
}

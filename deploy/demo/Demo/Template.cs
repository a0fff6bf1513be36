using System.Text.RegularExpressions;

namespace ProcessArsenal.Demo;

/// <summary>A file with gaps, <c>@name@</c>.</summary>
internal static partial class Template
{
    [GeneratedRegex("@[a-z_0-9]+@")]
    private static partial Regex Gap { get; }

    /// <summary>Writes it with its gaps filled.</summary>
    /// <param name="to">A folder; the name stays.</param>
    /// <returns>Where it is.</returns>
    /// <exception cref="InvalidOperationException">A gap is left.</exception>
    public static string Fill(string template, string to, IReadOnlyDictionary<string, string> values)
    {
        string text = File.ReadAllText(template);
        foreach ((string name, string value) in values) text = text.Replace($"@{name}@", value, StringComparison.Ordinal);
        if (Gap.Match(text) is { Success: true } left) throw new InvalidOperationException($"Nothing is known for {left} in {template}.");
        string file = Path.Join(to, Path.GetFileName(template));
        File.WriteAllText(file, text);
        return file;
    }
}

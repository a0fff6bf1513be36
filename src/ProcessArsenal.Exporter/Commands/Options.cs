using System.CommandLine;
using System.Globalization;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>Flags whose mistakes are told in our own words.</summary>
internal static class Options
{
    /// <summary>A whole number of at least <paramref name="least"/>; null if the flag is not given.</summary>
    public static Option<int?> Number(string name, int least, string description, string valueName, params string[] aliases) => new(name, aliases)
    {
        HelpName = valueName,
        Description = description,
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least) return number;
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a whole number of {least} or more, not '{Quoting.Cap(text)}'."));
            return null;
        },
    };

    /// <summary>A whole number within bounds; null if the flag is not given.</summary>
    public static Option<long?> Long(string name, long least, long most, string description, string valueName, params string[] aliases) => new(name, aliases)
    {
        HelpName = valueName,
        Description = description,
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most) return number;
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a whole number from {least} to {most}, not '{Quoting.Cap(text)}'."));
            return null;
        },
    };

    /// <summary>One of a few words; the first of them if the flag is not given.</summary>
    public static Option<string> Choice(string name, string[] words, string description, params string[] aliases)
    {
        var option = new Option<string>(name, aliases)
        {
            HelpName = string.Join('|', words),
            Description = description,
            DefaultValueFactory = _ => words[0],
            CustomParser = result =>
            {
                string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                if (words.Contains(text)) return text;
                string hint = NearestName.Find(text, words) is { } nearest ? $": did you mean '{nearest}'?" : ".";
                result.AddError($"{name} takes one of {string.Join(", ", words)}, not '{Quoting.Cap(text)}'{hint}");
                return null;
            },
        };
        option.CompletionSources.Add(words);
        return option;
    }
}

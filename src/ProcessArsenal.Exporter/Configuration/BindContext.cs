using System.Globalization;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>The errors of one load. Bounded: a broken file of a megabyte is no reason to print more than that.</summary>
internal sealed class ErrorList
{
    public const int Max = 100;

    private readonly List<ConfigurationError> _errors = [];
    private int _more;

    public int Count => _errors.Count + _more;

    public void Add(ConfigurationError error)
    {
        if (_errors.Count < Max) _errors.Add(error);
        else _more++;
    }

    /// <summary>In the order of the text: the binder meets some of them late. Those of the files that it names come after its own.</summary>
    public void SortByPosition(string file)
    {
        ConfigurationError[] sorted = [.. _errors.OrderBy(error => error.Source == file ? "" : error.Source, StringComparer.Ordinal)
            .ThenBy(error => error.Line).ThenBy(error => error.Column)];
        _errors.Clear();
        _errors.AddRange(sorted);
    }

    public IReadOnlyList<ConfigurationError> ToList() => _more == 0
        ? _errors
        : [.. _errors, new ConfigurationError("configuration", 0, 0, string.Create(CultureInfo.InvariantCulture,
            $"and {_more} more errors: correct these first."))];
}

/// <summary>What binding one source needs: its name, and where to put errors.</summary>
/// <param name="Source">The file's path, or the name of the variable or flag.</param>
/// <param name="HasLines">Whether positions mean something to the reader.</param>
internal sealed record BindContext(string Source, bool HasLines, ErrorList Errors)
{
    /// <summary>Other files that the source names, and that were read with it.</summary>
    public List<string> Included { get; init; } = [];

    public void Error(Position at, string message) =>
        Errors.Add(HasLines ? new ConfigurationError(Source, at.Line, at.Column, message) : new ConfigurationError(Source, 0, 0, message));

    public void Error(YamlNode node, string message)
    {
        if (node is not YamlRefused) Error(node.Start, message);
    }

    /// <summary>An error at one character of a value; where that character can't be pointed at, the message counts it instead.</summary>
    public void Error(YamlScalar scalar, int offset, string message)
    {
        if (HasLines && scalar.Locate(offset) is { } at) Error(at, message);
        else Error(scalar.Start, string.Create(CultureInfo.InvariantCulture, $"{message} (at character {offset + 1} of the value)"));
    }
}

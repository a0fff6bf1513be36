using System.Globalization;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>What came of loading: a configuration, or every error found.</summary>
/// <param name="Configuration">Null if there is any error.</param>
/// <param name="Errors">In the order file, environment, flags.</param>
/// <param name="File">The file that was read; null if there was none.</param>
/// <param name="Origins">Where each key's value came from, by path: <c>default</c>, <c>file:line</c>, a variable or a flag.</param>
public sealed record ConfigurationResult(
    ExporterConfiguration? Configuration, IReadOnlyList<ConfigurationError> Errors, string? File,
    IReadOnlyDictionary<string, string> Origins)
{
    /// <summary>Other files that the settings name and that were read with them, whether or not they could be.</summary>
    public IReadOnlyList<string> Included { get; init; } = [];

    /// <summary>What is wrong with variables of OpenTelemetry, which count as if they were not there: they may be meant for other programs.</summary>
    public IReadOnlyList<ConfigurationError> Unusable { get; init; } = [];
}

/// <summary>Something wrong with the settings.</summary>
/// <param name="Source">The file's path, or the name of the environment variable or flag.</param>
/// <param name="Line">From 1; 0 if the source has no lines.</param>
/// <param name="Column">From 1, in UTF-16 units; 0 if the source has no lines.</param>
/// <param name="Message">What is wrong and what to do, in one line.</param>
public sealed record ConfigurationError(string Source, int Line, int Column, string Message)
{
    /// <summary>Where it is: <c>source:line:column</c>, or the source alone.</summary>
    public string Place => Line == 0 ? Source : string.Create(CultureInfo.InvariantCulture, $"{Source}:{Line}:{Column}");

    public override string ToString() => $"{Place}: {Message}";
}

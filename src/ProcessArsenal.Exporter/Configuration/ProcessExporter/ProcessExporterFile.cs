using System.Collections.Immutable;
using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>A configuration file of process-exporter.</summary>
/// <param name="Path">Absolute; empty if there is none.</param>
/// <param name="Rules">Its rules, in the order in which they are tried.</param>
public sealed record ProcessExporterFile(string Path, ImmutableArray<GroupRule> Rules)
{
    public static readonly ProcessExporterFile None = new("", []);
}

using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>One after the other and beside nothing else: these tests measure, on a machine with few cores, or are about all of its processes. Long ones
/// that do neither are in no collection: they run before these, as many at a time as there are processors.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EndToEndTests
{
    public const string Name = "EndToEnd";
}

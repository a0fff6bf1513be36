using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>One after the other and beside nothing else: these tests measure, on a machine with few cores.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EndToEndTests
{
    public const string Name = "EndToEnd";
}

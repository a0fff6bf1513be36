using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// Those that are not in the collection below wait for most of their time: twice the processors of a small machine.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>One after the other and beside nothing else: these tests measure, on a machine with few cores, or are about all of its processes. Long ones
/// that do neither are in no collection: they run before these, four at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EndToEndTests
{
    public const string Name = "EndToEnd";
}

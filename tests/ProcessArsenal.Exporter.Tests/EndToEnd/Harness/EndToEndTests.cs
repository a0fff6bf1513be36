using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// Those that are not in the collection below wait for most of their time: one more than the processors of a small machine.
[assembly: Xunit.v3.Parallelization(MaxThreads = 3)]

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>One after the other and beside nothing else: these tests measure, on a machine with few cores, or are about all of its processes. Long ones
/// that do neither are in no collection: they run before these, three at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EndToEndTests
{
    public const string Name = "EndToEnd";
}

// Most of those that look into .NET processes wait for what these tell each second: more at a time than a small machine has processors.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]

namespace ProcessArsenal.Telemetry.Tests;

/// <summary>Beside nothing else: these tests measure, or count all that this process does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}

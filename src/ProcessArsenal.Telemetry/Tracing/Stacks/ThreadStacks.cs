namespace ProcessArsenal.Telemetry.Tracing.Stacks;

/// <summary>Which methods the threads of a .NET process were in at one moment, as its runtime tells: code that is not managed is in none.</summary>
/// <param name="Taken">When.</param>
/// <param name="Threads">Threads with managed code: those of the runtime itself have none.</param>
/// <param name="Stacks">The one that most threads share first.</param>
/// <param name="Omitted">Threads for which there was no room; null: none.</param>
public sealed record ThreadStacks(DateTimeOffset Taken, int Threads, IReadOnlyList<ThreadPlace> Stacks, int? Omitted)
{
    internal const string Unknown = "?";
}

/// <summary>Where threads are.</summary>
/// <param name="Threads">Which, as the process itself numbers them.</param>
/// <param name="Waits">They wait for something there, rather than run; null if that can't be told, as the innermost method has no name.</param>
/// <param name="Frames">Methods, the innermost first; "?" for one of which the runtime did not tell the name.</param>
public sealed record ThreadPlace(IReadOnlyList<long> Threads, bool? Waits, IReadOnlyList<string> Frames);

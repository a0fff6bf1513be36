namespace ProcessArsenal.Control.Dumps;

/// <summary>What is to be dumped of a process.</summary>
/// <param name="Type">A name of <see cref="Types"/>.</param>
public sealed record DumpOrder(string Type)
{
    public const string UsualType = "heap";

    /// <summary>Of what fills a .NET heap: types and who holds them, without their contents.</summary>
    public const string HeapType = GcHeapDump.TypeName;

    public static readonly TimeSpan UsualMaxFreeze = TimeSpan.FromSeconds(30), LongestFreeze = TimeSpan.FromMinutes(30);

    /// <summary>How long the process may stand still; it is let go then, and there is no dump.</summary>
    public TimeSpan MaxFreeze { get; init; } = UsualMaxFreeze;

    /// <summary>What there is, for people: name and help.</summary>
    public static IReadOnlyList<(string Name, string Help)> Types { get; } = [.. DumpTypes.All.Select(static type => (type.Name, type.Help))];
}

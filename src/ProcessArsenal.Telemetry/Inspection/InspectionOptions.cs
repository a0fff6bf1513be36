namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>How much of a process is looked at.</summary>
public sealed record InspectionOptions
{
    /// <summary>After so long what is left is left out.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(2);

    public int MostThreads { get; init; } = 256;
    public int MostDescriptors { get; init; } = 256;
    public int MostSockets { get; init; } = 256;

    /// <summary>Bytes of each table of sockets that are read: some 25,000 sockets.</summary>
    public int MostTableBytes { get; init; } = 4 * 1024 * 1024;

    public int MostVariables { get; init; } = 256;
    public int MostArguments { get; init; } = 256;

    /// <summary>Longest text of one, UTF-16 units; the rest is cut.</summary>
    public int LongestText { get; init; } = 1024;
}

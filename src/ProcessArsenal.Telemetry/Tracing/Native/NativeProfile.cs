using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using ProcessArsenal.Telemetry.Tracing.Profiles;
using ProcessArsenal.Telemetry.Tracing.Reports;

namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>Samples of the kernel with names, as they are kept: profile.json.gz.</summary>
internal sealed record NativeProfile
{
    /// <summary>Of the file, unpacked; and how many of each there may be in it. Whoever can write it may write anything.</summary>
    private const long MostBytes = 256L << 20;

    private const int MostMethods = 2_000_000, MostStacks = StackTable.MostStacks, MostFrames = 2 * Unwinding.Unwinder.Deepest;

    /// <summary>Counted are waits, in microseconds, instead of samples.</summary>
    public bool OfWaits { get; init; }

    public required DateTimeOffset Began { get; init; }

    /// <summary>Seconds.</summary>
    public required double Duration { get; init; }

    /// <summary>Seconds between two samples.</summary>
    public required double Interval { get; init; }

    public required int Pid { get; init; }

    /// <summary>Those that are counted in <see cref="Stacks"/>; or waits.</summary>
    public required long Samples { get; init; }

    /// <summary>Records for which there was no room, of whatever process.</summary>
    public long Lost { get; init; }

    /// <summary>Samples of stacks for which there was no room; they are in no stack.</summary>
    public long Dropped { get; init; }

    /// <summary>What is to be known of how it was made, for people.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    public required IReadOnlyList<string> Methods { get; init; }

    public required IReadOnlyList<NativeStack> Stacks { get; init; }

    /// <summary>Writes it.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public void Write(Stream stream)
    {
        using var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true);
        JsonSerializer.Serialize(gzip, this, NativeJson.Default.NativeProfile);
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="TraceFileException">It is none, or too large, or can't be read.</exception>
    public static NativeProfile Read(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            return Read(stream) ?? throw new TraceFileException($"{file}: it is no profile: was it cut, or changed?");
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or UnauthorizedAccessException || (e is IOException and not TraceFileException))
        {
            throw new TraceFileException($"{file}: {e.Message}", e);
        }
    }

    /// <returns>Null if it makes no sense.</returns>
    /// <exception cref="JsonException">It has another shape.</exception>
    /// <exception cref="InvalidDataException">It is not packed, or larger than it may be.</exception>
    public static NativeProfile? Read(Stream stream)
    {
        using var gzip = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
        using var bounded = new BoundedStream(gzip, MostBytes);
        NativeProfile? profile = JsonSerializer.Deserialize(bounded, NativeJson.Default.NativeProfile);
        return profile?.IsSound() == true ? profile : null;
    }

    /// <summary>As other profiles are.</summary>
    public StackProfile ToStacks() => new()
    {
        Methods = Methods,
        Stacks = [.. Stacks.Select(static stack => new StackCount(stack.Thread, stack.Frames, stack.Count, 0))],
        Began = Began,
        Duration = TimeSpan.FromSeconds(Duration),
        Interval = TimeSpan.FromSeconds(Interval),
    };

    private bool IsSound() =>
        double.IsFinite(Duration) && Duration is >= 0 and < 1e6 && double.IsFinite(Interval) && Interval is >= 0 and < 1e3 && Samples >= 0 && Lost >= 0 && Dropped >= 0
        && Methods is { Count: <= MostMethods } && Stacks is { Count: <= MostStacks } && Notes is not null && Methods.All(static method => method is not null) && Notes.All(static note => note is not null)
        && Stacks.All(stack => stack is { Count: > 0 and < long.MaxValue / MostStacks, Frames.Length: <= MostFrames } && Array.TrueForAll(stack.Frames, frame => (uint)frame < (uint)Methods.Count));
}

/// <summary>How often a thread was found with one stack.</summary>
/// <param name="Thread">In our pid namespace.</param>
/// <param name="Frames">The outermost first: places in the methods.</param>
/// <param name="Count">Samples; or microseconds.</param>
internal sealed record NativeStack(int Thread, int[] Frames, long Count);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(NativeProfile))]
internal sealed partial class NativeJson : JsonSerializerContext;

using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ProcessArsenal.Control.Restarting.Systemd;
using ProcessArsenal.Telemetry.Text;
using ProcessArsenal.Telemetry.Tracing.Heaps;

namespace ProcessArsenal.Control.Dumps;

/// <summary>Digests heaps, which for a moment takes as much memory as a tenth of the heap or more: in a process of our own kind, with which that memory goes, and
/// which is the first to be ended where there is too little.</summary>
/// <param name="program">What is run as <see cref="HeapWork"/> says; null: it is done in this process.</param>
public sealed class HeapWorker(string? program)
{
    private const int MostSaid = 8 << 20, PipeBytes = 1 << 20;

    /// <summary>No collections beside the work, and at most so much memory (<see href="https://learn.microsoft.com/dotnet/core/runtime-config/garbage-collector"/>); hexadecimal.</summary>
    private static readonly Dictionary<string, string> Environment = new() { ["DOTNET_gcConcurrent"] = "0", ["DOTNET_GCHeapHardLimit"] = "180000000", ["LC_ALL"] = "C" };

    /// <summary>Reads what a capture tells, and writes a file of it.</summary>
    /// <param name="file">Is there already, and ours alone.</param>
    /// <param name="feed">Writes the stream of the capture. Must not fail.</param>
    /// <exception cref="HeapException">It can't be told.</exception>
    internal async Task<HeapReport> TakeAsync(string file, Func<Stream, CancellationToken, Task> feed, CancellationToken cancellation)
    {
        if (program is not null) return await AskAsync(["take", file], HeapJson.Default.HeapReport, cancellation, feed).ConfigureAwait(false);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: PipeBytes, resumeWriterThreshold: PipeBytes / 2, useSynchronizationContext: false));
        Task<HeapReport> work = Task.Run(async () =>
        {
            try
            {
                return await HeapWork.TakeAsync(pipe.Reader.AsStream(), file, cancellation).ConfigureAwait(false);
            }
            finally
            {
                await pipe.Reader.CompleteAsync().ConfigureAwait(false); // What still comes is let go.
            }
        }, CancellationToken.None);
        await feed(pipe.Writer.AsStream(), cancellation).ConfigureAwait(false);
        await pipe.Writer.CompleteAsync().ConfigureAwait(false);
        return await work.ConfigureAwait(false);
    }

    /// <exception cref="HeapException">One of them can't be read.</exception>
    internal Task<HeapComparison> CompareAsync(string before, string after, int most, CancellationToken cancellation) =>
        program is not null
            ? AskAsync(["compare", before, after, FormattableString.Invariant($"{most}")], HeapJson.Default.HeapComparison, cancellation)
            : Task.Run(() => HeapWork.Compare(before, after, most, cancellation), cancellation);

    private async Task<T> AskAsync<T>(string[] arguments, JsonTypeInfo<T> type, CancellationToken cancellation, Func<Stream, CancellationToken, Task>? feed = null)
    {
        ToolAnswer answer = await ToolRun.RunAsync(program!, [HeapWork.Command, .. arguments], Environment, MostSaid, cancellation, feed).ConfigureAwait(false);
        if (answer.ExitCode != 0 || answer.IsCut)
            throw new HeapException(answer.Error.Split('\n') is [{ Length: > 0 } said, ..] ? Quoting.Cap(said) : FormattableString.Invariant($"what reads it ended with {answer.ExitCode}: for want of memory, perhaps"));
        try
        {
            return JsonSerializer.Deserialize(answer.Output, type) ?? throw new HeapException("what reads it said nothing");
        }
        catch (JsonException e)
        {
            throw new HeapException($"what reads it said something else: {e.Message}");
        }
    }
}

/// <summary>The work itself, and how it is asked for on a command line.</summary>
public static class HeapWork
{
    /// <summary>First argument of a process that does nothing else.</summary>
    public const string Command = "__heap";

    /// <summary>Types and holders that are told.</summary>
    public const int Most = 100;

    /// <summary><c>take FILE</c>, with the stream as input; <c>compare BEFORE AFTER MOST</c>. The answer is JSON.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments, Stream input, TextWriter output, TextWriter error)
    {
        try
        {
            await File.WriteAllTextAsync("/proc/self/oom_score_adj", "1000").ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is none to be ended first, then.
        }
        try
        {
            string? answer = arguments switch
            {
                ["take", var file] => JsonSerializer.Serialize(await TakeAsync(input, file, CancellationToken.None).ConfigureAwait(false), HeapJson.Default.HeapReport),
                ["compare", var before, var after, var most] when int.TryParse(most, System.Globalization.CultureInfo.InvariantCulture, out int count) =>
                    JsonSerializer.Serialize(Compare(before, after, count, CancellationToken.None), HeapJson.Default.HeapComparison),
                _ => null,
            };
            await output.WriteAsync(answer).ConfigureAwait(false);
            return answer is null ? 2 : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            await error.WriteLineAsync(e is OutOfMemoryException ? "it takes more memory than there may be for it" : e.Message).ConfigureAwait(false);
            return 1;
        }
    }

    /// <param name="input">Of a <see cref="HeapCapture"/>.</param>
    /// <param name="file">Is there already.</param>
    /// <exception cref="HeapException">It can't be told.</exception>
    public static async Task<HeapReport> TakeAsync(Stream input, string file, CancellationToken cancellation)
    {
        HeapGraph graph = await HeapDigest.ReadAsync(input, new HeapLimits(), cancellation).ConfigureAwait(false);
        using (var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.Truncate, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 })) GcDumpFile.Write(graph, stream);
        return HeapReports.Of(graph, Most, cancellation);
    }

    /// <exception cref="HeapException">It can't be read.</exception>
    public static HeapReport Report(string file, int most, CancellationToken cancellation) => HeapReports.Of(GcDumpFile.Read(file, new HeapLimits()), most, cancellation);

    /// <exception cref="HeapException">One of them can't be read.</exception>
    public static HeapComparison Compare(string before, string after, int most, CancellationToken cancellation) => HeapComparisons.Of(before, after, new HeapLimits(), most, cancellation);
}

/// <summary>How the two talk.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HeapReport))]
[JsonSerializable(typeof(HeapComparison))]
internal sealed partial class HeapJson : JsonSerializerContext;

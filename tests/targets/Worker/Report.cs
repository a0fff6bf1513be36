using System.Text.Json;

namespace Worker;

/// <summary>What the program knows of itself.</summary>
internal static class Report
{
    public static string Text(JobQueue queue, Processor processor) => JsonSerializer.Serialize(new
    {
        pid = Environment.ProcessId,
        accepted = queue.Accepted,
        refused = queue.Refused,
        depth = queue.Depth,
        done = processor.Done,
        failed = processor.Failed,
        balance = processor.Balance,
        collections = Enumerable.Range(0, GC.MaxGeneration + 1).Select(GC.CollectionCount),
    });
}

using System.Diagnostics;

namespace Web;

/// <summary>What the program knows of itself.</summary>
/// <param name="Started">When the process began.</param>
/// <param name="Collections">By generation, those of higher ones included.</param>
/// <param name="SpansExported">By its own SDK; so are the two that follow.</param>
/// <param name="PointsCollected">Of metrics, each as often as it was collected.</param>
/// <param name="DurationsCollected">What it has counted of http.server.request.duration.</param>
internal sealed record Report(
    int Pid, DateTime Started, long Requests, long Recorded, RouteCount[] Durations, int[] Collections, long SpansExported, long PointsCollected, long DurationsCollected)
{
    public static Report Of(Accounts? accounts, Exported exported)
    {
        using var process = Process.GetCurrentProcess();
        return new Report(
            process.Id, process.StartTime.ToUniversalTime(), accounts?.Requests ?? 0, accounts?.Recorded ?? 0, [.. accounts?.Durations ?? []],
            [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(GC.CollectionCount)], exported.Spans, exported.Points, exported.Durations);
    }
}

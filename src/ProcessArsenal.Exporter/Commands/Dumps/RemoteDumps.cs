using System.Text.Json.Nodes;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Tracing.Heaps;

namespace ProcessArsenal.Exporter.Commands.Dumps;

/// <summary>Dumps of a daemon.</summary>
internal sealed class RemoteDumps(ApiClient client, TimeProvider time)
{
    private const string Path = "/api/v1/dumps";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    public Task<DumpListView> ListAsync(CancellationToken cancellation) => client.GetAsync(Path, ViewJson.Default.DumpListView, cancellation);

    public Task<DumpView> FindAsync(string id, CancellationToken cancellation) => client.GetAsync($"{Path}/{Uri.EscapeDataString(id)}", ViewJson.Default.DumpView, cancellation);

    /// <summary>What the heap of one is made of.</summary>
    public Task<HeapReport> HeapAsync(string id, CancellationToken cancellation) => client.GetAsync($"{Path}/{Uri.EscapeDataString(id)}/heap", ViewJson.Default.HeapReport, cancellation);

    /// <summary>What grew between two.</summary>
    public Task<HeapComparison> CompareAsync(string before, string after, CancellationToken cancellation) =>
        client.PostAsync($"{Path}/compare", new JsonObject { ["before"] = before, ["after"] = after }, ViewJson.Default.HeapComparison, cancellation);

    /// <summary>Has one made, and tells on a terminal how far it is. Who gives up waiting does not end it.</summary>
    public async Task<ActionResultView> MakeAsync(JsonObject body, TextWriter error, CancellationToken cancellation)
    {
        Task<ActionResultView> made = client.PostAsync(Path, body, ViewJson.Default.ActionResultView, cancellation);
        if (Console.IsErrorRedirected) return await made.ConfigureAwait(false);
        bool hasTold = false;
        while (await Task.WhenAny(made, Task.Delay(Look, time, cancellation)).ConfigureAwait(false) != made)
        {
            DumpListView list = await ListAsync(cancellation).ConfigureAwait(false);
            if (list.Dumps is not [{ State: not DumpState.Done } now, ..]) continue;
            error.Write(FormattableString.Invariant($"\r{(now.State == DumpState.Dumping ? "the process stands still" : "the process goes on, it is copied")}: {Terminal.Bytes(now.Bytes)} of about {Terminal.Bytes(now.Expected)}   "));
            hasTold = true;
        }
        if (hasTold) error.WriteLine();
        return await made.ConfigureAwait(false);
    }

    /// <summary>Removes one.</summary>
    public async Task DeleteAsync(string id, CancellationToken cancellation)
    {
        _ = await FindAsync(id, cancellation).ConfigureAwait(false); // A dump, and no recording.
        _ = await client.DeleteAsync($"/api/v1/artifacts/{Uri.EscapeDataString(id)}", ViewJson.Default.ArtifactView, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes a dump to a new file that nobody else may read.</summary>
    public Task DownloadAsync(string id, string file, CancellationToken cancellation) =>
        client.DownloadAsync($"/api/v1/artifacts/{Uri.EscapeDataString(id)}/download", file, UnixFileMode.UserRead | UnixFileMode.UserWrite, cancellation);
}

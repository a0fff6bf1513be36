using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Tracing.Events;
using ProcessArsenal.Telemetry.Tracing.Reports;

namespace ProcessArsenal.Exporter.Commands.Tracing;

/// <summary>Recordings of a daemon.</summary>
internal sealed class RemoteTraces(ApiClient client, TimeProvider time)
{
    private const string Path = "/api/v1/traces";

    private const UnixFileMode Anybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500), EndPatience = TimeSpan.FromSeconds(25);

    public Task<TraceListView> ListAsync(CancellationToken cancellation) => client.GetAsync(Path, ViewJson.Default.TraceListView, cancellation);

    public Task<TraceRecord> FindAsync(string id, CancellationToken cancellation) => client.GetAsync(PathOf(id), ViewJson.Default.TraceRecord, cancellation);

    public Task<TraceRecord> BeginAsync(JsonObject body, CancellationToken cancellation) => client.PostAsync(Path, body, ViewJson.Default.TraceRecord, cancellation);

    public Task<TraceRecord> StopAsync(string id, CancellationToken cancellation) => client.DeleteAsync(PathOf(id), ViewJson.Default.TraceRecord, cancellation);

    public Task<TraceListView> StopAllAsync(CancellationToken cancellation) => client.DeleteAsync(Path, ViewJson.Default.TraceListView, cancellation);

    /// <param name="method">Methods that more is to be said of; null for none.</param>
    public Task<TraceReport> ReportAsync(string id, CancellationToken cancellation, string? method = null) =>
        client.GetAsync($"{PathOf(id)}/report{(method is null ? "" : $"?method={Uri.EscapeDataString(method)}")}", ViewJson.Default.TraceReport, cancellation);

    /// <param name="query">With its question mark; or empty.</param>
    public Task<EventPage> EventsAsync(string id, string query, CancellationToken cancellation) => client.GetAsync($"{PathOf(id)}/events{query}", ViewJson.Default.EventPage, cancellation);

    /// <summary>Takes events as they come, until the recording has ended.</summary>
    /// <param name="query">With its question mark; or empty.</param>
    /// <param name="take">Told each; false if it wants no more.</param>
    /// <param name="ended">Told how the recording stands at the end of its events.</param>
    public Task TailAsync(string id, string query, Func<RecordedEvent, bool> take, Action<TraceRecord> ended, CancellationToken cancellation) => client.FollowAsync($"{PathOf(id)}/events{query}", (name, data) =>
    {
        if (name != "end") return JsonSerializer.Deserialize(data, ViewJson.Default.RecordedEvent) is not { } value || take(value);
        if (JsonSerializer.Deserialize(data, ViewJson.Default.TraceRecord) is { } record) ended(record);
        return false;
    }, cancellation);

    /// <summary>Writes a recording to a new file, readable by whom the umask lets.</summary>
    /// <param name="format">nettrace, speedscope, pprof or folded; null for as it is.</param>
    public Task DownloadAsync(string id, string? format, string file, CancellationToken cancellation) =>
        client.DownloadAsync($"{PathOf(id)}/download{(format is null ? "" : $"?format={format}")}", file, Anybody, cancellation);

    /// <summary>Removes one that has ended.</summary>
    public async Task DeleteAsync(string id, CancellationToken cancellation)
    {
        _ = await FindAsync(id, cancellation).ConfigureAwait(false); // A recording, and no dump.
        _ = await client.DeleteAsync($"/api/v1/artifacts/{Uri.EscapeDataString(id)}", ViewJson.Default.ArtifactView, cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits until recordings have ended, and tells on a terminal how far they are. Ctrl-C ends them, and keeps what they have.</summary>
    public async Task<TraceRecord[]> FollowAsync(IReadOnlyList<TraceRecord> begun, TextWriter error, CancellationToken cancellation)
    {
        TraceRecord[] now = [.. begun];
        bool tells = !Console.IsErrorRedirected;
        try
        {
            while (now.Any(static record => record.State == TraceState.Recording))
            {
                await Task.Delay(Look, time, cancellation).ConfigureAwait(false);
                for (int i = 0; i < now.Length; i++)
                    if (now[i].State == TraceState.Recording) now[i] = await FindAsync(now[i].Id, cancellation).ConfigureAwait(false);
                if (tells) error.Write(FormattableString.Invariant($"\r{Math.Min((time.GetUtcNow() - begun[0].Began).TotalSeconds, begun[0].Asked):0} of {begun[0].Asked:0} s, {now.Sum(static record => record.Events):N0} {(now.All(static record => record.IsNative) ? "samples" : "events")}, {Terminal.Bytes(now.Sum(static record => record.Bytes))}   "));
            }
        }
        catch (OperationCanceledException)
        {
            for (int i = 0; i < now.Length; i++)
                if (now[i].State == TraceState.Recording) now[i] = await StopAsync(now[i].Id, CancellationToken.None).ConfigureAwait(false);
            // What its methods are called is told at the end, and that may take a program longer than the daemon makes us wait.
            for (int i = 0; i < now.Length; i++)
                for (long began = time.GetTimestamp(); now[i].State == TraceState.Recording && time.GetElapsedTime(began) < EndPatience;)
                {
                    await Task.Delay(Look, time, CancellationToken.None).ConfigureAwait(false);
                    now[i] = await FindAsync(now[i].Id, CancellationToken.None).ConfigureAwait(false);
                }
        }
        if (tells) error.WriteLine();
        return now;
    }

    private static string PathOf(string id) => $"{Path}/{Uri.EscapeDataString(id)}";
}

using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Commands.Server;

/// <summary>Processes as a daemon sees them.</summary>
internal static class RemoteProcesses
{
    private const int PageSize = 5000;

    /// <summary>All that an expression selects, of its pages one after the other.</summary>
    public static async Task<List<ProcessView>> ListAsync(ApiClient client, string? where, CancellationToken cancellation)
    {
        var processes = new List<ProcessView>();
        string first = $"/api/v1/processes?limit={PageSize}{(where is null ? "" : "&where=" + Uri.EscapeDataString(where))}";
        for (string? path = first; path is not null;)
        {
            ProcessListView page = await client.GetAsync(path, ViewJson.Default.ProcessListView, cancellation).ConfigureAwait(false);
            processes.AddRange(page.Processes);
            path = page.Next is null ? null : $"{first}&cursor={Uri.EscapeDataString(page.Next)}";
        }
        return processes;
    }

    public static async Task<IReadOnlyList<ProcessView>> TreeAsync(ApiClient client, int? root, bool kernel, CancellationToken cancellation)
    {
        string path = FormattableString.Invariant($"/api/v1/tree?kernel={(kernel ? "true" : "false")}{(root is { } pid ? $"&root={pid}" : "")}");
        return (await client.GetAsync(path, ViewJson.Default.TreeView, cancellation).ConfigureAwait(false)).Roots;
    }
}

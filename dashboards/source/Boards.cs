using System.Text.Encodings.Web;
using System.Text.Json;

namespace ProcessArsenal.Dashboards;

/// <summary>All dashboards.</summary>
public static class Boards
{
    /// <summary>Those that are JSON files in dashboards/.</summary>
    public static Dashboard[] All => [HostBoard.Create(), ProcessBoard.Create(), DotnetBoard.Create(), RecoveryBoard.Create()];

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static readonly Variable Instance = new("instance", "Host", "label_values(arsenal_build_info, instance)", IsMany: true);

    internal static readonly Variable Group = new("group", "Group", """label_values(process_group_processes{instance=~"$instance"}, group)""", IsMany: true);

    /// <summary>The text of its file.</summary>
    public static string Text(Dashboard dashboard)
    {
        ArgumentNullException.ThrowIfNull(dashboard);
        return dashboard.Write().ToJsonString(Readable) + "\n";
    }
}

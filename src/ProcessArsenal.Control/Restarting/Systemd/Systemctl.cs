using System.Globalization;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Control.Restarting.Systemd;

/// <summary>systemctl(1), for one unit.</summary>
internal static class Systemctl
{
    private const int MostBytes = 16 * 1024, MostComplaint = 300;

    /// <summary>Asks what a unit is like.</summary>
    public static async Task<(UnitState? State, string? Trouble)> ShowAsync(RestartScene scene, CancellationToken cancellation)
    {
        ToolAnswer answer = await RunAsync(scene, ["show", "--property=" + string.Join(',', UnitState.Properties)], cancellation).ConfigureAwait(false);
        if (answer.ExitCode != 0) return (null, Complaint("show", answer));
        return !answer.IsCut && UnitState.TryParse(answer.Output, out UnitState? state) ? (state, null) : (null, "systemctl show answers something else than the properties that it was asked for");
    }

    /// <summary>Restarts it, and waits for that.</summary>
    /// <returns>Why not; null if it was done.</returns>
    public static async Task<string?> RestartAsync(RestartScene scene, CancellationToken cancellation)
    {
        ToolAnswer answer = await RunAsync(scene, ["restart"], cancellation).ConfigureAwait(false);
        return answer.ExitCode == 0 ? null : Complaint("restart", answer);
    }

    private static async Task<ToolAnswer> RunAsync(RestartScene scene, string[] verb, CancellationToken cancellation)
    {
        if (scene.Options.Systemctl.FirstOrDefault(static path => path.StartsWith('/') && File.Exists(path)) is not { } program)
            return new ToolAnswer(-1, "", $"there is no {string.Join(" or ", scene.Options.Systemctl)}", false);
        var environment = new Dictionary<string, string> { ["LC_ALL"] = "C", ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin", ["SYSTEMD_COLORS"] = "0", ["SYSTEMD_PAGER"] = "" };
        if (scene.Owner.User is { } user) environment["XDG_RUNTIME_DIR"] = scene.Options.UserRuntimeDirectory ?? string.Create(CultureInfo.InvariantCulture, $"/run/user/{user}");
        string[] arguments = [scene.Owner.User is null ? "--system" : "--user", "--no-ask-password", "--no-pager", .. verb, "--", scene.Owner.Name];
        return await ToolRun.RunAsync(program, arguments, environment, MostBytes, cancellation).ConfigureAwait(false);
    }

    private static string Complaint(string verb, ToolAnswer answer)
    {
        string error = Quoting.Cap(answer.Error.Trim().ReplaceLineEndings(" "), MostComplaint);
        return answer.ExitCode < 0 ? error : string.Create(CultureInfo.InvariantCulture, $"systemctl {verb} failed with exit code {answer.ExitCode}{(error.Length > 0 ? ": " + error : "")}");
    }
}

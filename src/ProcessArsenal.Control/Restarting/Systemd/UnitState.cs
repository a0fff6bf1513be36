using System.Globalization;

namespace ProcessArsenal.Control.Restarting.Systemd;

/// <summary>What <c>systemctl show</c> says of a unit (org.freedesktop.systemd1(5)).</summary>
internal sealed record UnitState
{
    /// <summary>What is asked for, and must be answered.</summary>
    public static readonly string[] Properties =
    [
        "Id", "LoadState", "ActiveState", "SubState", "Result", "Type", "MainPID", "ControlGroup", "NRestarts", "StartLimitBurst", "Job", "CanStart", "RefuseManualStart", "RefuseManualStop", "KillMode",
    ];

    private const int MostValue = 4096;

    public required string Id { get; init; }
    public required string LoadState { get; init; }
    public required string ActiveState { get; init; }
    public required string SubState { get; init; }
    public required string Result { get; init; }
    public required string Type { get; init; }

    /// <summary>0: it has none.</summary>
    public required int MainPid { get; init; }

    /// <summary>Empty: it has none now.</summary>
    public required string ControlGroup { get; init; }

    /// <summary>How often systemd has started it again by itself since somebody last did.</summary>
    public required uint Restarts { get; init; }

    /// <summary>How many starts there may be within StartLimitIntervalSec; 0: any number.</summary>
    public required uint StartLimitBurst { get; init; }

    /// <summary>Whether something is being done with it.</summary>
    public required bool HasJob { get; init; }

    public required bool MayBeStarted { get; init; }
    public required bool MayBeStopped { get; init; }

    /// <summary>Whom systemd ends along with the main process (systemd.kill(5)): control-group, mixed, process or none.</summary>
    public required string KillMode { get; init; }

    /// <summary>Whether systemd will start it again by itself in a moment.</summary>
    public bool WaitsForRestart => SubState is "auto-restart" or "auto-restart-queued";

    /// <summary>Parses lines of <c>Name=value</c>: each property once, and no other.</summary>
    public static bool TryParse(string text, out UnitState? state)
    {
        state = null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            if (line.Length == 0) continue;
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || line.Length > MostValue || Array.IndexOf(Properties, line[..equals]) < 0) return false;
            string value = line[(equals + 1)..];
            if (value.Any(char.IsControl) || !values.TryAdd(line[..equals], value)) return false;
        }
        // Job is left out, or empty, where there is none.
        values.TryAdd("Job", "");
        if (values.Count != Properties.Length) return false;
        if (!int.TryParse(values["MainPID"], NumberStyles.None, CultureInfo.InvariantCulture, out int pid)) return false;
        if (!TryNumber(values["NRestarts"], out uint restarts) || !TryNumber(values["StartLimitBurst"], out uint burst)) return false;
        if (!TryBool(values["CanStart"], out bool canStart) || !TryBool(values["RefuseManualStart"], out bool noStart) || !TryBool(values["RefuseManualStop"], out bool noStop)) return false;
        state = new UnitState
        {
            Id = values["Id"],
            LoadState = values["LoadState"],
            ActiveState = values["ActiveState"],
            SubState = values["SubState"],
            Result = values["Result"],
            Type = values["Type"],
            MainPid = pid,
            ControlGroup = values["ControlGroup"],
            Restarts = restarts,
            StartLimitBurst = burst,
            HasJob = values["Job"] is not ("" or "0"),
            MayBeStarted = canStart && !noStart,
            MayBeStopped = !noStop,
            KillMode = values["KillMode"],
        };
        return true;
    }

    private static bool TryNumber(string text, out uint value) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryBool(string text, out bool value)
    {
        value = text == "yes";
        return value || text == "no";
    }
}

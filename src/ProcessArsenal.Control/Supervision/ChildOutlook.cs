namespace ProcessArsenal.Control.Supervision;

/// <summary>Whether a child could be started, as far as files tell it before anybody tries: for a check, which may run as another user and with another PATH than we will.</summary>
public static class ChildOutlook
{
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <returns>What is in the way, in words; null if nothing is known to be.</returns>
    public static string? Obstacle(ChildSpec child)
    {
        if (child.WorkingDirectory is { } directory && !Directory.Exists(directory)) return $"there is no directory {directory}";
        if (Program(child.Command[0]) is { } wrong) return wrong;
        if (child.User is { } user && UserAccount.Find(user, out string? unknown) is null) return unknown;
        return child.Log.Path is { } log && Path.GetDirectoryName(log) is { } folder && !Directory.Exists(folder) ? $"the directory of its log {log} is not there" : null;
    }

    private static string? Program(string program)
    {
        if (!Path.IsPathRooted(program)) return null; // By its PATH, which is another's here.
        if (Directory.Exists(program)) return $"{program} is a directory";
        if (!File.Exists(program)) return $"there is no program {program}";
        return (File.GetUnixFileMode(program) & Execute) == 0 ? $"{program} may not be executed (chmod +x)" : null;
    }
}

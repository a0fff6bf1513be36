using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Makes sure, at start, that what will be kept can be kept.</summary>
internal static class StateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <returns>Why the program must not start; null if it may.</returns>
    public static string? Prepare(ConfigurationResult loaded)
    {
        string path = loaded.Configuration!.StateDirectory;
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            string probe = Path.Join(path, $".write-test-{Environment.ProcessId}");
            using (new FileStream(probe, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Options = FileOptions.DeleteOnClose,
            }))
            {
                return null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = $"the state directory {path} can't be written: {e.Message} Choose another with --state-directory (key state_directory), "
                + "or give this user the right to write there.";
            // Nothing is kept there yet but by choice: who only observes as an ordinary user must not be stopped by a default.
            if (loaded.Origins.GetValueOrDefault("state_directory") != "default") return reason;
            Console.Error.WriteLine($"process-arsenal: {reason} Going on without.");
            return null;
        }
    }
}

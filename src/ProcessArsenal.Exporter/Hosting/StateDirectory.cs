using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Makes sure, at start, that what will be kept can be kept.</summary>
internal static class StateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>What IOException.HResult is, errno, where the disk is the trouble and no setting: ENOSPC, EROFS, EDQUOT, EIO (errno(3), asm-generic).</summary>
    private static readonly int[] DiskTroubles = [28, 30, 122, 5];

    /// <param name="warnings">Told what does not work where the program starts all the same.</param>
    /// <returns>Why the program must not start; null if it may.</returns>
    public static string? Prepare(ConfigurationResult loaded, TextWriter warnings)
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
            string reason = $"the state directory {path} can't be written: {e.Message.TrimEnd('.')}.";
            bool isDisk = e is IOException && DiskTroubles.Contains(e.HResult);
            // A restart on a full disk must not take the metrics away just then, nor a default stop who only observes as an ordinary user.
            if (!isDisk && loaded.Origins.GetValueOrDefault("state_directory") != "default")
                return $"{reason} Choose another with --state-directory (key state_directory), or give this user the right to write there.";
            string lost = loaded.Configuration.ToOtlpOptions() is null ? "nothing is kept there, so there is no control listener either" : "there is no control listener; until it can be, requests of OTLP wait in memory, and those that wait at our end are lost";
            warnings.WriteLine($"process-arsenal: {reason} Going on without: {lost}.");
            return null;
        }
    }
}

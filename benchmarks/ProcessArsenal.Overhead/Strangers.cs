using System.Globalization;

namespace ProcessArsenal.Overhead;

/// <summary>Whether somebody listens to the meters of a program: another exporter of the machine, that of somebody else's test, say, would find it too,
/// and it would be listened to while it must not be.</summary>
internal static class Strangers
{
    /// <summary>The thread of MetricsEventSource that collects; the kernel keeps 15 bytes of a name.</summary>
    private const string Collector = "MetricsEventSou";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5), Pause = TimeSpan.FromMilliseconds(100);

    public static bool Listen(int pid) =>
        Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task")).Any(thread => Name(thread) == Collector);

    /// <summary>Waits until the last one has left.</summary>
    public static async Task Leave(IReadOnlyCollection<int> pids)
    {
        for (long began = TimeProvider.System.GetTimestamp(); pids.Any(Listen); await Task.Delay(Pause))
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience) throw new TimeoutException($"Somebody else listened to the programs for {Patience.TotalMinutes} minutes: end the exporters that do.");
        }
    }

    private static string Name(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Join(thread, "comm")).TrimEnd();
        }
        catch (IOException)
        {
            return ""; // It has ended.
        }
    }
}

using System.Globalization;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>What the kernel of this machine can do, and what it says of one process; asked by other ways than the exporter's.</summary>
internal static class Kernel
{
    /// <summary>PIDFD_GET_INFO gives the exit code of a process that is not our child from Linux 6.15 on.</summary>
    public static bool TellsExitCodes { get; } = Release() >= new Version(6, 15);

    /// <summary>The process connector is open to anyone from Linux 6.6 on; to root before.</summary>
    public static bool TellsEventsToAnyone { get; } = Release() >= new Version(6, 6);

    /// <summary>From Linux 5.8 on each mount of procfs may have options of its own; before, they were those of the pid namespace.</summary>
    public static bool HasProcInstances { get; } = Release() >= new Version(5, 8);

    /// <summary>How /proc is mounted for everyone.</summary>
    public static string[] ProcMounts() => File.ReadLines("/proc/mounts").Where(l => l.Contains(" /proc proc ", StringComparison.Ordinal)).ToArray();

    /// <summary>False if /proc/PID/io of a process that exists is refused to us.</summary>
    public static bool AllIoIsReadable()
    {
        foreach (string folder in Directory.GetDirectories("/proc").Where(f => char.IsAsciiDigit(f[6])))
        {
            try
            {
                File.ReadAllText(folder + "/io");
            }
            catch (UnauthorizedAccessException)
            {
                return false;
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return true;
    }

    public static long ResidentBytes(int pid) =>
        long.Parse(File.ReadAllText($"/proc/{pid}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    /// <summary>Of its own, not of files (RssAnon of proc_pid_status(5)): code that is used for the first time does not count.</summary>
    public static long OwnBytes(int pid) =>
        1024 * long.Parse(File.ReadLines($"/proc/{pid}/status").First(static line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    /// <summary>Sessions of events in a .NET process: each has a thread of its own there, beside the one that listens for them.</summary>
    public static int EventSessions(int pid)
    {
        return Directory.GetDirectories($"/proc/{pid}/task").Count(IsListener) - 1;

        static bool IsListener(string task)
        {
            try
            {
                return File.ReadAllText(task + "/comm") == ".NET EventPipe\n";
            }
            catch (IOException)
            {
                return false; // It has ended meanwhile.
            }
        }
    }

    public static int OpenDescriptors(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length;

    /// <summary>Soft and hard limit of open files.</summary>
    public static (double Soft, double Hard) DescriptorLimits(int pid)
    {
        string line = File.ReadAllLines($"/proc/{pid}/limits").Single(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        string[] words = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    /// <summary>The unit that this process, and so each of its children, runs in; null where there is none.</summary>
    public static string? OwnServiceUnit() => File.ReadLines("/proc/self/cgroup")
        .SelectMany(line => line.Split(':', 3)[2].Split('/'))
        .LastOrDefault(part => part.EndsWith(".service", StringComparison.Ordinal));

    private static Version Release()
    {
        string[] parts = File.ReadAllText("/proc/sys/kernel/osrelease").Split('.', '-', '+');
        return new Version(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}

using System.Text;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Targeting;

/// <summary>What the kernel says of a process at this moment, as far as guards go by it. Nothing here is chosen by the process itself, but for its name
/// and where the file lies that it runs.</summary>
public sealed record TargetFacts
{
    private const string Deleted = " (deleted)";

    public required ProcessIdentity Identity { get; init; }

    /// <summary>comm, chosen by the process: to be shown.</summary>
    public required string Name { get; init; }

    public required bool IsKernelThread { get; init; }

    /// <summary>It has ended, and its parent has not waited for it.</summary>
    public required bool IsZombie { get; init; }

    /// <summary>It is stopped by a signal, or by a debugger.</summary>
    public required bool IsStopped { get; init; }

    /// <summary>Time since it started; null if the clock can't be read.</summary>
    public TimeSpan? Uptime { get; init; }

    /// <summary>The file that it runs, also if an update has replaced it (without the kernel's <c> (deleted)</c>); null if we may not know, or there is none.</summary>
    public string? Executable { get; init; }

    /// <summary>That file is root's, and nobody else may write to it.</summary>
    public bool IsExecutableOfRoot { get; init; }

    /// <summary>Who the parent of a process is now; null if it has ended.</summary>
    public static int? ParentOf(ProcFs proc, int pid)
    {
        if (proc.OpenProcess(pid, out ProcessDirectory? opened) != ReadOutcome.Ok) return null;
        using ProcessDirectory directory = opened!;
        Span<byte> buffer = stackalloc byte[2048];
        return directory.ReadStat(buffer, out ProcStat stat, out _) == ReadOutcome.Ok ? stat.ParentPid : null;
    }

    /// <summary>Reads them of a process that is held, so that they can't be another's.</summary>
    /// <returns>Null if it has ended meanwhile.</returns>
    public static TargetFacts? Read(ProcFs proc, HeldProcess held)
    {
        if (proc.OpenProcess(held.Identity.Pid, out ProcessDirectory? opened) != ReadOutcome.Ok) return null;
        using ProcessDirectory directory = opened!;
        Span<byte> buffer = stackalloc byte[4096];
        if (directory.ReadStat(buffer, out ProcStat stat, out ReadOnlySpan<byte> comm) != ReadOutcome.Ok) return null;
        string name = Encoding.UTF8.GetString(comm);
        string? executable = directory.ReadExecutable(buffer, out int length) == ReadOutcome.Ok && length > 0 ? Encoding.UTF8.GetString(buffer[..length]) : null;
        if (executable is not null && executable.EndsWith(Deleted, StringComparison.Ordinal)) executable = executable[..^Deleted.Length];
        bool isOfRoot = directory.ReadExecutableOwner(out uint owner, out bool isShared) == ReadOutcome.Ok && owner == 0 && !isShared;
        TimeSpan? uptime = proc.ReadUptime(out TimeSpan sinceBoot) == ReadOutcome.Ok ? sinceBoot - TimeSpan.FromSeconds(stat.StartTicks / (double)SystemConstants.ClockTicksPerSecond) : null;
        // As long as it had not ended by now, nobody else could have its number, so the directory is its own.
        if (held.HasEnded()) return null;
        return new TargetFacts
        {
            Identity = held.Identity,
            Name = name,
            IsKernelThread = stat.IsKernelThread,
            IsZombie = stat.IsZombie,
            IsStopped = stat.State is (byte)'T' or (byte)'t',
            Uptime = uptime,
            Executable = executable,
            IsExecutableOfRoot = isOfRoot,
        };
    }
}

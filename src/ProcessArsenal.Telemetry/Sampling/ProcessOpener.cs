using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Makes sure who is behind a pid, and keeps that certain by descriptors within a budget. Used by one thread.</summary>
internal sealed class ProcessOpener(ProcFs proc, TimeProvider time, DescriptorBudget budget)
{
    private static readonly Lazy<bool> KernelHasPidfs = new(ProbePidfs);

    private readonly bool _hasPidfs = proc.IsLive && KernelHasPidfs.Value;
    private readonly byte[] _stat = new byte[4096];
    private int _statLength;

    /// <summary>The stat of the process that was opened last, as it was read to identify it.</summary>
    public ReadOnlySpan<byte> StatText => _stat.AsSpan(0, _statLength);

    /// <summary>The process that has the pid now.</summary>
    /// <param name="directory">Its directory, to read it by; the process owns it if it may keep it, the caller if not.</param>
    public ReadOutcome TryOpen(int pid, out TrackedProcess? process, out ProcessDirectory? directory, out ProcStat stat)
    {
        process = null;
        stat = default;
        Pidfd? pidfd = null;
        ProcessIdentity identity = default;
        ReadOutcome outcome = proc.OpenProcess(pid, out directory);
        if (directory is not null) outcome = Identify(directory, out identity, out stat, out pidfd);
        if (outcome != ReadOutcome.Ok)
        {
            directory?.Dispose();
            pidfd?.Dispose();
            return outcome;
        }
        int descriptors = pidfd is null ? 1 : 2;
        bool keep = budget.TryTake(descriptors);
        if (!keep) pidfd?.Dispose();
        process = new TrackedProcess(identity, keep ? directory : null, keep ? pidfd : null)
        {
            Descriptors = keep ? descriptors : 0,
            SlowRound = ProcessReader.FirstRound(time, pid),
        };
        return ReadOutcome.Ok;
    }

    /// <summary>Opens the directory of a process that is known and has none of its own; Gone if another has its pid by now.</summary>
    public ReadOutcome Reopen(ProcessIdentity known, out ProcessDirectory? directory)
    {
        ReadOutcome outcome = proc.OpenProcess(known.Pid, out directory);
        if (directory is null) return outcome;
        outcome = Identify(directory, out ProcessIdentity identity, out _, out Pidfd? pidfd);
        pidfd?.Dispose();
        if (outcome == ReadOutcome.Ok && identity != known) outcome = ReadOutcome.Gone;
        if (outcome == ReadOutcome.Ok) return outcome;
        directory.Dispose();
        directory = null;
        return outcome;
    }

    /// <summary>The identity of the process behind a directory; null if it ends, or there are no descriptors to spare. From any thread.</summary>
    public static ProcessIdentity? Identify(ProcFs proc, ProcessDirectory directory)
    {
        using Pidfd? pidfd = proc.IsLive ? Pidfd.Open(directory.Pid) : null;
        Span<byte> buffer = stackalloc byte[2048];
        if (directory.ReadStat(buffer, out ProcStat stat, out _) != ReadOutcome.Ok) return null;
        if (!proc.IsLive || !KernelHasPidfs.Value) return new ProcessIdentity(directory.Pid, stat.StartTicks, proc.BootId);
        return pidfd is not null && pidfd.TryReadPidfsInode(out ulong inode) ? new ProcessIdentity(directory.Pid, inode, proc.BootId) : null;
    }

    /// <summary>Keeps the files of a process open from the second tick on: most live shorter than that.</summary>
    public void KeepFiles(TrackedProcess process, ProcessDirectory directory)
    {
        process.WasAskedForFiles = true;
        if (!proc.IsKernel || !budget.TryTakeForFiles(ProcessDirectory.MostKeptFiles)) return;
        process.KeepsFiles = directory.TryKeepFiles();
        if (!process.KeepsFiles) budget.GiveBackFiles(ProcessDirectory.MostKeptFiles);
    }

    public void Release(TrackedProcess process)
    {
        budget.GiveBack(process.Descriptors);
        if (process.KeepsFiles) budget.GiveBackFiles(ProcessDirectory.MostKeptFiles);
        process.Dispose();
    }

    /// <summary>The identity of the process behind an open directory. The pidfd is opened by number, and then the directory is read: if that
    /// succeeds, the process still had its number when the pidfd was opened, so both are the same one.</summary>
    private ReadOutcome Identify(ProcessDirectory directory, out ProcessIdentity identity, out ProcStat stat, out Pidfd? pidfd)
    {
        pidfd = proc.IsLive ? Pidfd.Open(directory.Pid) : null;
        stat = default;
        ReadOutcome outcome = directory.ReadStatBytes(_stat, out _statLength);
        if (outcome == ReadOutcome.Ok) outcome = ProcessDirectory.ParseStat(StatText, out stat, out _);
        ulong token = stat.StartTicks;
        // Where there are inodes, start ticks are another name: without descriptors to spare nobody must be taken for somebody else.
        if (_hasPidfs && (pidfd is null || !pidfd.TryReadPidfsInode(out token)) && outcome == ReadOutcome.Ok) outcome = ReadOutcome.Malformed;
        identity = new ProcessIdentity(directory.Pid, token, proc.BootId);
        return outcome;
    }

    private static bool ProbePidfs()
    {
        using Pidfd? self = Pidfd.Open(Environment.ProcessId);
        return self is not null && self.TryReadInode(out _);
    }
}

namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/stat (proc_pid_stat(5), fs/proc/array.c): one line, summed over all threads where not said otherwise.</summary>
public struct ProcStat
{
    /// <summary>PF_KTHREAD (include/linux/sched.h).</summary>
    private const uint KernelThreadFlag = 0x00200000;

    /// <summary>PF_EXITING (include/linux/sched.h).</summary>
    private const uint ExitingFlag = 0x00000004;

    public int Pid;

    /// <summary>One of R S D Z T t X I (and historical letters): the state of the main thread.</summary>
    public byte State;

    public int ParentPid;
    public int ProcessGroup;
    public int Session;

    /// <summary>Controlling terminal as a device number; 0 if none.</summary>
    public int Terminal;

    /// <summary>PF_* flags of the main thread.</summary>
    public uint Flags;

    public ulong MinorFaults;
    public ulong MajorFaults;

    /// <summary>CPU time in user mode, clock ticks.</summary>
    public ulong UserTicks;

    /// <summary>CPU time in kernel mode, clock ticks.</summary>
    public ulong SystemTicks;

    /// <summary>CPU time in user mode of the children that were waited for, and of theirs, clock ticks.</summary>
    public ulong ChildUserTicks;

    /// <summary>CPU time in kernel mode of the children that were waited for, and of theirs, clock ticks.</summary>
    public ulong ChildSystemTicks;

    public int Nice;

    /// <summary>Living threads, the main thread included. 0 while the process is being reaped: the kernel then fills in zeros for the
    /// times, parent and threads (lock_task_sighand fails in do_task_stat), so <see cref="ProcessDirectory"/> answers Gone.</summary>
    public int Threads;

    /// <summary>Start time, clock ticks since boot.</summary>
    public ulong StartTicks;

    /// <summary>Address space, bytes.</summary>
    public ulong VirtualBytes;

    /// <summary>Resident set, pages.</summary>
    public long ResidentPages;

    /// <summary>Address of the bottom of the stack, new at each exec; 0 if we may not know (needs PTRACE_MODE_READ).</summary>
    public ulong StackStart;

    /// <summary>CPU that the main thread last ran on.</summary>
    public int Processor;

    /// <summary>Address of the command line, new at each exec; 0 if we may not know.</summary>
    public ulong ArgumentStart;

    /// <summary>Hash of comm: tells that the name changed, without keeping the name.</summary>
    public int NameHash;

    /// <summary>The main thread is exiting: its address space may be gone already.</summary>
    public readonly bool IsExiting => (Flags & ExitingFlag) != 0;

    public readonly bool IsKernelThread => (Flags & KernelThreadFlag) != 0;

    /// <summary>Dead and not reaped. The main thread may have ended while others live on: then this is false.</summary>
    public readonly bool IsZombie => State is (byte)'Z' or (byte)'X' && Threads <= 1;

    /// <summary>The main thread has ended, others live on: what the kernel tells of memory and descriptors by the main thread is void.
    /// </summary>
    public readonly bool IsLeaderless => State is (byte)'Z' or (byte)'X' && Threads > 1;

    /// <summary>Parses the content of the file; false unless it is whole, up to the newline.</summary>
    /// <param name="text">The line, as read.</param>
    /// <param name="stat">The values.</param>
    /// <param name="name">comm, a slice of <paramref name="text"/>: at most 15 bytes (63 for kernel workers), any byte but NUL.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out ProcStat stat, out ReadOnlySpan<byte> name)
    {
        stat = default;
        name = default;
        var head = new Utf8Scanner(text);
        if (!Utf8Scanner.IsWhole(text) || !head.TryReadInt32(out stat.Pid) || !head.Rest.StartsWith(" ("u8)) return false;

        // comm may hold spaces, parentheses and newlines: it ends at the last ')'.
        int close = head.Rest.LastIndexOf((byte)')');
        if (close < 2) return false;
        ReadOnlySpan<byte> comm = head.Rest[2..close];

        var s = new Utf8Scanner(head.Rest[(close + 1)..]);
        if (!s.Rest.StartsWith(" "u8)) return false;
        ReadOnlySpan<byte> state = s.ReadWord();
        if (state.Length != 1) return false;
        stat.State = state[0];

        ulong flags = 0;
        bool ok = s.TryReadInt32(out stat.ParentPid)
            && s.TryReadInt32(out stat.ProcessGroup)
            && s.TryReadInt32(out stat.Session)
            && s.TryReadInt32(out stat.Terminal)
            && s.TrySkipWords(1) // tpgid
            && s.TryReadUInt64(out flags)
            && s.TryReadUInt64(out stat.MinorFaults)
            && s.TrySkipWords(1) // cminflt
            && s.TryReadUInt64(out stat.MajorFaults)
            && s.TrySkipWords(1) // cmajflt
            && s.TryReadUInt64(out stat.UserTicks)
            && s.TryReadUInt64(out stat.SystemTicks)
            && s.TryReadUInt64(out stat.ChildUserTicks)
            && s.TryReadUInt64(out stat.ChildSystemTicks)
            && s.TrySkipWords(1) // priority
            && s.TryReadInt32(out stat.Nice)
            && s.TryReadInt32(out stat.Threads)
            && s.TrySkipWords(1) // itrealvalue
            && s.TryReadUInt64(out stat.StartTicks)
            && s.TryReadUInt64(out stat.VirtualBytes)
            && s.TryReadInt64(out stat.ResidentPages)
            && s.TrySkipWords(3) // rsslim, startcode, endcode
            && s.TryReadUInt64(out stat.StackStart)
            && s.TrySkipWords(10) // kstkesp, kstkeip, signal, blocked, sigignore, sigcatch, wchan, nswap, cnswap, exit_signal
            && s.TryReadInt32(out stat.Processor);
        if (!ok || flags > uint.MaxValue) return false;
        stat.Flags = unchecked((uint)flags);

        // Since Linux 3.5; an older kernel's line ends before.
        if (s.TrySkipWords(8)) // rt_priority, policy, delayacct_blkio_ticks, guest_time, cguest_time, start_data, end_data, start_brk
            _ = s.TryReadUInt64(out stat.ArgumentStart);

        // The newline must end this very line, not lie in a comm whose line was cut.
        if (s.Rest.IndexOf((byte)'\n') != s.Rest.Length - 1) return false;

        name = comm;
        var hash = new HashCode();
        hash.AddBytes(name);
        stat.NameHash = hash.ToHashCode();
        return true;
    }
}

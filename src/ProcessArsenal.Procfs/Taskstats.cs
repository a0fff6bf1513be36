using System.Runtime.InteropServices;

namespace ProcessArsenal.Procfs;

/// <summary>struct taskstats (include/uapi/linux/taskstats.h, Documentation/accounting/taskstats-struct.rst): what the kernel accounted for
/// one task, or for all tasks of a process, the ended ones included.</summary>
public struct Taskstats
{
    private const int LeastLength = 312;  // up to nivcsw: Linux 2.6.20
    private const int GroupLength = 384;  // up to ac_tgetime
    private const byte GroupFlag = 0x20;  // AGROUP
    private const byte ForkedFlag = 0x01; // AFORK

    /// <summary>The task; of a whole process, its pid.</summary>
    public int Id;

    /// <summary>Whether it is the sum over a process rather than one task. Then only times, waits and context switches are meaningful.</summary>
    public bool IsProcess;

    /// <summary>The process that the task belonged to; 0 where the kernel does not tell (Linux before 5.19).</summary>
    public int Pid;

    /// <summary>Of an exit record: it was the last task of its process. Linux 5.19.</summary>
    public bool IsLastOfProcess;

    /// <summary>It never executed a file since it was forked.</summary>
    public bool IsForked;

    /// <summary>The task's own wait(2) status.</summary>
    public int ExitStatus;

    public uint UserId;
    public int ParentPid;

    /// <summary>Time since the task was created, microseconds.</summary>
    public ulong ElapsedMicroseconds;

    /// <summary>CPU time, nanoseconds, exact.</summary>
    public ulong CpuNanoseconds;

    /// <summary>CPU time in user mode as sampled by the timer interrupt, microseconds: good for the proportion only.</summary>
    public ulong UserMicroseconds;

    /// <summary>CPU time in kernel mode as sampled by the timer interrupt, microseconds: good for the proportion only.</summary>
    public ulong SystemMicroseconds;

    public ulong MinorFaults;
    public ulong MajorFaults;

    /// <summary>Bytes fetched from storage, in steps of 1,024.</summary>
    public ulong ReadBytes;

    /// <summary>Bytes sent to storage, in steps of 1,024.</summary>
    public ulong WriteBytes;

    /// <summary>Context switches and waits. Whether the delays are counted is not told here.</summary>
    public TaskAccounting Accounting;

    /// <summary>Parses the structure.</summary>
    /// <param name="bytes">As long as the kernel has it: it grows at its end from version to version.</param>
    /// <param name="name">comm, a slice of <paramref name="bytes"/>; chosen by the process.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out Taskstats stats, out ReadOnlySpan<byte> name)
    {
        stats = default;
        name = default;
        if (bytes.Length < LeastLength) return false;
        stats.ExitStatus = Read<int>(bytes, 4);
        byte flags = bytes[8];
        stats.IsForked = (flags & ForkedFlag) != 0;
        stats.CpuNanoseconds = Read<ulong>(bytes, 72);
        name = bytes.Slice(80, 32);
        int end = name.IndexOf((byte)0);
        if (end >= 0) name = name[..end];
        stats.UserId = Read<uint>(bytes, 120);
        stats.ParentPid = Read<int>(bytes, 132);
        stats.ElapsedMicroseconds = Read<ulong>(bytes, 144);
        stats.UserMicroseconds = Read<ulong>(bytes, 152);
        stats.SystemMicroseconds = Read<ulong>(bytes, 160);
        stats.MinorFaults = Read<ulong>(bytes, 168);
        stats.MajorFaults = Read<ulong>(bytes, 176);
        stats.ReadBytes = Read<ulong>(bytes, 248);
        stats.WriteBytes = Read<ulong>(bytes, 256);
        stats.Accounting.RunQueueNanoseconds = Read<ulong>(bytes, 24);
        stats.Accounting.BlockIoNanoseconds = Read<ulong>(bytes, 40);
        stats.Accounting.SwapNanoseconds = Read<ulong>(bytes, 56);
        stats.Accounting.VoluntarySwitches = Read<ulong>(bytes, 272);
        stats.Accounting.InvoluntarySwitches = Read<ulong>(bytes, 280);
        if (bytes.Length >= 328) stats.Accounting.ReclaimNanoseconds = Read<ulong>(bytes, 320);
        if (bytes.Length >= GroupLength)
        {
            stats.Pid = Read<int>(bytes, 368);
            stats.IsLastOfProcess = (flags & GroupFlag) != 0;
        }
        return true;
    }

    private static T Read<T>(ReadOnlySpan<byte> bytes, int at) where T : unmanaged => MemoryMarshal.Read<T>(bytes[at..]);
}

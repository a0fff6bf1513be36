using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace ProcessArsenal.Tests;

/// <summary>A tree of files in a temporary directory that stands in for /proc. What it writes has the kernel's exact shape.</summary>
public sealed class FixtureProc : IDisposable
{
    private const string InMemory = "/dev/shm";

    private readonly Dictionary<int, ProcessFixture> _processes = [];

    public FixtureProc(string bootId = "0123abcd-4567-89ab-cdef-0123456789ab", double uptimeSeconds = 1000)
    {
        // In memory where that is possible: some tests write a million small files.
        Root = Directory.Exists(InMemory) ? Directory.CreateDirectory(Path.Join(InMemory, "procfs-" + Guid.NewGuid().ToString("N"))).FullName : Directory.CreateTempSubdirectory("procfs-").FullName;
        Directory.CreateDirectory(Path.Combine(Root, "sys/kernel/random"));
        Write("sys/kernel/random/boot_id", Encoding.UTF8.GetBytes(bootId + "\n"));
        Uptime(uptimeSeconds);
        OomKills(0);
    }

    public string Root { get; }

    public void Uptime(double seconds) =>
        Write("uptime", Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seconds:F2} {seconds * 2:F2}\n")));

    /// <summary>What the kernel has killed since boot; null: it does not tell, as before Linux 4.13.</summary>
    public void OomKills(ulong? count)
    {
        string line = count is { } number ? string.Create(CultureInfo.InvariantCulture, $"oom_kill {number}\n") : "";
        Write("vmstat", Encoding.UTF8.GetBytes($"nr_free_pages 5\n{line}oom_kill_x 9\nnr_unstable 0\n"));
    }

    /// <summary>Adds a process, or changes one: values not set keep what they were, and a held directory sees the change.</summary>
    public FixtureProc Process(int pid, Action<ProcessFixture>? edit = null)
    {
        if (!_processes.TryGetValue(pid, out ProcessFixture? process)) _processes[pid] = process = new ProcessFixture(pid);
        edit?.Invoke(process);
        Directory.CreateDirectory(Path.Combine(Root, process.Folder));
        Write(process, "stat", process.RenderStat());
        Write(process, "statm", process.RenderStatm());
        Write(process, "status", process.RenderStatus());
        Write(process, "io", process.HasIo ? process.RenderIo() : null);
        Write(process, "smaps_rollup", process.HasSmapsRollup && process.HasMemory ? process.RenderSmapsRollup() : null);
        Write(process, "schedstat", process.RenderSchedstat());
        Write(process, "limits", process.RenderLimits());
        Write(process, "cgroup", Encoding.UTF8.GetBytes(process.Cgroup));
        Write(process, "cmdline", process.HasMemory ? Encoding.UTF8.GetBytes(string.Concat(process.Arguments.Select(a => a + "\0"))) : []);
        Write(process, "wchan", Encoding.UTF8.GetBytes(process.WaitChannel));
        WriteThread(process, process, process.WaitChannel);
        Link(process, "exe", process.HasMemory ? process.Executable : null);

        string descriptors = Path.Combine(Root, process.Folder, "fd");
        if (Directory.Exists(descriptors)) Directory.Delete(descriptors, recursive: true);
        Directory.CreateDirectory(descriptors);
        for (int i = 0; i < process.Descriptors.Count; i++)
            Link(process, "fd/" + i.ToString(CultureInfo.InvariantCulture), process.Descriptors[i]);
        return this;
    }

    /// <summary>Changes what moves all the time about a process: numbers, and how many descriptors it has.</summary>
    public void Update(int pid, Action<ProcessFixture> edit)
    {
        ProcessFixture process = _processes[pid];
        int descriptors = process.Descriptors.Count;
        edit(process);
        Write(process, "stat", process.RenderStat());
        Write(process, "statm", process.RenderStatm());
        Write(process, "status", process.RenderStatus());
        Write(process, "io", process.HasIo ? process.RenderIo() : null);
        Write(process, "schedstat", process.RenderSchedstat());
        for (int i = process.Descriptors.Count; i < descriptors; i++) Link(process, "fd/" + i.ToString(CultureInfo.InvariantCulture), null);
        for (int i = descriptors; i < process.Descriptors.Count; i++) Link(process, "fd/" + i.ToString(CultureInfo.InvariantCulture), process.Descriptors[i]);
    }

    /// <summary>Adds a thread to a process, or changes one: its values are those of a process with the thread's id. The process's own count of
    /// threads is set apart from it.</summary>
    public FixtureProc Thread(int pid, int id, Action<ProcessFixture>? edit = null)
    {
        ProcessFixture process = _processes[pid];
        if (!process.OtherThreads.TryGetValue(id, out ProcessFixture? thread))
            process.OtherThreads[id] = thread = new ProcessFixture(id) { StartTicks = process.StartTicks };
        edit?.Invoke(thread);
        WriteThread(process, thread, thread.WaitChannel);
        return this;
    }

    public FixtureProc ThreadExit(int pid, int id)
    {
        ProcessFixture process = _processes[pid];
        process.OtherThreads.Remove(id);
        Directory.Delete(Path.Combine(Root, process.Folder, "task", id.ToString(CultureInfo.InvariantCulture)), recursive: true);
        return this;
    }

    /// <summary>Takes a process away; a directory held open on it answers Gone, as the kernel's does.</summary>
    public FixtureProc Exit(int pid)
    {
        if (_processes.Remove(pid, out ProcessFixture? process)) Directory.Delete(Path.Combine(Root, process.Folder), recursive: true);
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private void WriteThread(ProcessFixture process, ProcessFixture thread, string channel)
    {
        string folder = Path.Combine("task", thread.Folder);
        Directory.CreateDirectory(Path.Combine(Root, process.Folder, folder));
        Write(process, Path.Combine(folder, "stat"), thread.RenderStat());
        Write(process, Path.Combine(folder, "status"), thread.RenderStatus());
        Write(process, Path.Combine(folder, "io"), thread.HasIo ? thread.RenderIo() : null);
        Write(process, Path.Combine(folder, "wchan"), Encoding.UTF8.GetBytes(channel));
    }

    private void Write(ProcessFixture process, string name, byte[]? content) => Write(Path.Combine(process.Folder, name), content);

    private void Write(string path, byte[]? content)
    {
        path = Path.Combine(Root, path);
        if (content is null) File.Delete(path);
        else File.WriteAllBytes(path, content);
    }

    private void Link(ProcessFixture process, string name, string? target)
    {
        string path = Path.Combine(Root, process.Folder, name);
        File.Delete(path);
        if (target is not null) File.CreateSymbolicLink(path, target);
    }
}

/// <summary>One process of a <see cref="FixtureProc"/>: its values, and how Linux 6.x renders them (fs/proc/array.c, base.c).</summary>
public sealed class ProcessFixture(int pid)
{
    public int Pid { get; } = pid;
    public string Folder => Pid.ToString(CultureInfo.InvariantCulture);

    public string Name { get => Encoding.UTF8.GetString(NameBytes); set => NameBytes = Encoding.UTF8.GetBytes(value); }
    public byte[] NameBytes { get; set; } = "worker"u8.ToArray();
    public char State { get; set; } = 'S';
    public int ParentPid { get; set; } = 1;
    public int ProcessGroup { get; set; } = pid;
    public int Session { get; set; } = pid;
    public int Terminal { get; set; }
    public uint Flags { get; set; } = 0x400000;
    public ulong MinorFaults { get; set; } = 100;
    public ulong MajorFaults { get; set; }
    public ulong UserTicks { get; set; }
    public ulong SystemTicks { get; set; }
    public int Nice { get; set; }
    public int Threads { get; set; } = 1;
    public ulong StartTicks { get; set; } = 10_000;
    public ulong VirtualBytes { get; set; } = 64 * 4096;
    public long ResidentPages { get; set; } = 16;
    public ulong SharedPages { get; set; } = 4;
    public ulong StackStart { get; set; } = 140_730_543_991_600;
    public int Processor { get; set; }
    public ulong ArgumentStart { get; set; } = 140_730_543_999_458;

    /// <summary>Stands in every field of stat that our reader skips, so that a wrong field is found out.</summary>
    public ulong Skipped { get; set; } = 77;

    public uint RealUserId { get; set; } = 1000;
    public uint EffectiveUserId { get; set; } = 1000;

    /// <summary>The pids in inner pid namespaces, outermost first.</summary>
    public int[] InnerPids { get; set; } = [];

    public ulong AnonymousKibibytes { get; set; } = 48;
    public ulong FileKibibytes { get; set; } = 16;
    public ulong SharedKibibytes { get; set; }
    public ulong SwapKibibytes { get; set; }
    public ulong CaughtSignals { get; set; }

    /// <summary>False for kernel threads and zombies.</summary>
    public bool HasMemory { get; set; } = true;

    /// <summary>False: there is no file io, as on a kernel without CONFIG_TASK_IO_ACCOUNTING.</summary>
    public bool HasIo { get; set; } = true;

    /// <summary>False: there is no file smaps_rollup, as before Linux 4.14.</summary>
    public bool HasSmapsRollup { get; set; } = true;

    public ulong ProportionalKibibytes { get; set; } = 40;
    public ulong PrivateCleanKibibytes { get; set; } = 8;
    public ulong PrivateDirtyKibibytes { get; set; } = 28;
    public ulong ProportionalSwapKibibytes { get; set; }

    public ulong ReadCharacters { get; set; }
    public ulong WrittenCharacters { get; set; }
    public ulong ReadBytes { get; set; }
    public ulong WriteBytes { get; set; }
    public ulong RunNanoseconds { get; set; }
    public ulong WaitNanoseconds { get; set; }
    public ulong Slices { get; set; }
    public ulong OpenFilesSoft { get; set; } = 1024;
    public ulong OpenFilesHard { get; set; } = 1_048_576;
    public ulong ProcessesSoft { get; set; } = 96_365;
    public ulong AddressSpaceSoft { get; set; } = ulong.MaxValue;
    public string Cgroup { get; set; } = "0::/\n";
    public IList<string> Arguments { get; set; } = ["worker"];

    /// <summary>Where exe points; null: the link is missing.</summary>
    public string? Executable { get; set; } = "/usr/bin/worker";

    /// <summary>What fd/0, fd/1, ... point to.</summary>
    public IList<string> Descriptors { get; set; } = ["/dev/null", "/dev/null", "/dev/null"];

    /// <summary>The function of the kernel that the (main) thread waits in; 0 if it runs.</summary>
    public string WaitChannel { get; set; } = "do_sys_poll";

    public ulong VoluntarySwitches { get; set; } = 1;
    public ulong InvoluntarySwitches { get; set; }

    /// <summary>Threads beside the main one, by id.</summary>
    public Dictionary<int, ProcessFixture> OtherThreads { get; } = [];

    /// <summary>52 fields.</summary>
    public byte[] RenderStat()
    {
        string head = string.Create(CultureInfo.InvariantCulture, $"{Pid} (");
        string tail = string.Create(CultureInfo.InvariantCulture,
            $") {State} {ParentPid} {ProcessGroup} {Session} {Terminal} -1 {Flags} {MinorFaults} {Skipped} {MajorFaults} {Skipped} ")
            + string.Create(CultureInfo.InvariantCulture,
            $"{UserTicks} {SystemTicks} {Skipped} {Skipped} {20 + Nice} {Nice} {Threads} 0 {StartTicks} {VirtualBytes} {ResidentPages} ")
            + string.Create(CultureInfo.InvariantCulture,
            $"{ulong.MaxValue} {Skipped} {Skipped} {StackStart} 0 0 0 0 {Skipped} {Skipped} {Skipped} 0 0 17 {Processor} 0 0 {Skipped} ")
            + string.Create(CultureInfo.InvariantCulture,
            $"{Skipped} {Skipped} {Skipped} {Skipped} {Skipped} {ArgumentStart} {Skipped} {Skipped} {Skipped} 0\n");
        return [.. Encoding.UTF8.GetBytes(head), .. NameBytes, .. Encoding.UTF8.GetBytes(tail)];
    }

    public byte[] RenderStatm() => HasMemory
        ? Utf8($"{VirtualBytes / 4096} {ResidentPages} {SharedPages} 5 0 123 0\n")
        : "0 0 0 0 0 0 0\n"u8.ToArray();

    public byte[] RenderSchedstat() => Utf8($"{RunNanoseconds} {WaitNanoseconds} {Slices}\n");

    public byte[] RenderIo() => Utf8(
        $"rchar: {ReadCharacters}\nwchar: {WrittenCharacters}\nsyscr: 14\nsyscw: 2\n" +
        $"read_bytes: {ReadBytes}\nwrite_bytes: {WriteBytes}\ncancelled_write_bytes: 0\n");

    /// <summary>Our reader passes over most of it: what stands there is <see cref="Skipped"/>.</summary>
    public byte[] RenderSmapsRollup()
    {
        string[] names = ["Pss_Dirty", "Pss_Anon", "Pss_File", "Pss_Shmem", "Shared_Clean", "Shared_Dirty"];
        string[] later = ["Referenced", "Anonymous", "KSM", "LazyFree", "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb",
            "Private_Hugetlb", "Swap"];
        string[] lines =
        [
            "55d0c0ffe000-7ffd6f3de000 ---p 00000000 00:00 0                          [rollup]\n",
            Line("Rss", (ulong)ResidentPages * 4), Line("Pss", ProportionalKibibytes), .. names.Select(name => Line(name, Skipped)),
            Line("Private_Clean", PrivateCleanKibibytes), Line("Private_Dirty", PrivateDirtyKibibytes), .. later.Select(name => Line(name, Skipped)),
            Line("SwapPss", ProportionalSwapKibibytes), Line("Locked", Skipped),
        ];
        return Encoding.UTF8.GetBytes(string.Concat(lines));

        static string Line(string name, ulong kibibytes) => string.Create(CultureInfo.InvariantCulture, $"{name + ":",-16}{kibibytes,8} kB\n");
    }

    public byte[] RenderStatus()
    {
        string pids = string.Concat(InnerPids.Prepend(Pid).Select(p => "\t" + p.ToString(CultureInfo.InvariantCulture)));
        string memory = !HasMemory ? "" : string.Create(CultureInfo.InvariantCulture,
            $"VmPeak:\t{VirtualBytes / 1024,8} kB\nVmSize:\t{VirtualBytes / 1024,8} kB\nVmLck:\t       0 kB\nVmPin:\t       0 kB\n") +
            string.Create(CultureInfo.InvariantCulture,
            $"VmHWM:\t{ResidentPages * 4,8} kB\nVmRSS:\t{ResidentPages * 4,8} kB\nRssAnon:\t{AnonymousKibibytes,8} kB\n") +
            string.Create(CultureInfo.InvariantCulture,
            $"RssFile:\t{FileKibibytes,8} kB\nRssShmem:\t{SharedKibibytes,8} kB\nVmData:\t     360 kB\nVmSwap:\t{SwapKibibytes,8} kB\n");
        byte[] tail = Utf8(
            $"\nUmask:\t0022\nState:\t{State} (sleeping)\nTgid:\t{Pid}\nNgid:\t0\nPid:\t{Pid}\nPPid:\t{ParentPid}\nTracerPid:\t0\n" +
            $"Uid:\t{RealUserId}\t{EffectiveUserId}\t{EffectiveUserId}\t{EffectiveUserId}\nGid:\t0\t0\t0\t0\nFDSize:\t64\nGroups:\t \n" +
            $"NStgid:{pids}\nNSpid:{pids}\nNSpgid:{pids}\nNSsid:{pids}\nKthread:\t0\n{memory}Threads:\t{Threads}\nSigQ:\t0/96365\n" +
            $"SigPnd:\t{0:x16}\nShdPnd:\t{0:x16}\nSigBlk:\t{0:x16}\nSigIgn:\t{0:x16}\nSigCgt:\t{CaughtSignals:x16}\n" +
            $"CapInh:\t{0:x16}\nCapPrm:\t{0:x16}\nSeccomp:\t0\nvoluntary_ctxt_switches:\t{VoluntarySwitches}\n" +
            $"nonvoluntary_ctxt_switches:\t{InvoluntarySwitches}\n");
        return [.. "Name:\t"u8, .. NameBytes.SelectMany(Escape), .. tail];
    }

    public byte[] RenderLimits() => Encoding.UTF8.GetBytes(
        Limit("Limit", "Soft Limit", "Hard Limit", "Units") +
        Limit("Max cpu time", "unlimited", "unlimited", "seconds") +
        Limit("Max processes", Text(ProcessesSoft), Text(ProcessesSoft), "processes") +
        Limit("Max open files", Text(OpenFilesSoft), Text(OpenFilesHard), "files") +
        Limit("Max locked memory", "8388608", "8388608", "bytes") +
        Limit("Max address space", Text(AddressSpaceSoft), "unlimited", "bytes") +
        Limit("Max nice priority", "0", "0", ""));

    /// <summary>In status, unlike stat, the kernel escapes newline and backslash (proc_task_name).</summary>
    private static byte[] Escape(byte value) => value switch { (byte)'\n' => [.. "\\n"u8], (byte)'\\' => [.. "\\\\"u8], _ => [value] };

    private static string Limit(string name, string soft, string hard, string unit) => $"{name,-25} {soft,-20} {hard,-20} {unit,-10}\n";

    private static string Text(ulong limit) => limit == ulong.MaxValue ? "unlimited" : limit.ToString(CultureInfo.InvariantCulture);

    private static byte[] Utf8(DefaultInterpolatedStringHandler text) => Encoding.UTF8.GetBytes(text.ToStringAndClear());
}

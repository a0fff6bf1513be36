using System.Text;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>Looks at one process in full. All of it is read through one open /proc/PID, so that it can't be of two processes; nothing waits longer than the
/// deadline, and nothing that is read stalls the process. Safe for concurrent use.</summary>
public sealed class ProcessInspector(ProcFs proc, TimeProvider time)
{
    private static readonly TimeSpan RuntimePatience = TimeSpan.FromMilliseconds(300);

    private static readonly string[] Namespaces = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

    private readonly Lazy<CgroupMounts> _mounts = new(proc.ReadCgroupMounts);
    private readonly SocketHolders _holders = new(proc, time);

    /// <param name="subject">What a snapshot knows of it.</param>
    /// <param name="options">How much is looked at.</param>
    /// <param name="readSmaps">Whether its proportional memory may be read now, if the snapshot does not have it and it is small enough not to be stalled.</param>
    /// <returns>Null if it has ended, or its pid is another's by now.</returns>
    public async Task<ProcessInspection?> InspectAsync(InspectionSubject subject, InspectionOptions options, bool readSmaps, CancellationToken cancellation)
    {
        if (proc.OpenProcess(subject.Identity.Pid, out ProcessDirectory? opened) != ReadOutcome.Ok) return null;
        ProcessDirectory directory = opened!;
        var run = new InspectionRun(directory, options, time);
        try
        {
            return ProcessOpener.Identify(proc, directory) == subject.Identity ? await InspectAsync(run, subject, readSmaps, cancellation) : null;
        }
        finally
        {
            if (!run.LeftSomethingBehind) directory.Dispose(); // Else the finalizer does it, once nobody reads by it any more.
        }
    }

    private async Task<ProcessInspection?> InspectAsync(InspectionRun run, InspectionSubject subject, bool readSmaps, CancellationToken cancellation)
    {
        ProcessDirectory directory = run.Directory;
        if (directory.ReadStat(run.Buffer, out ProcStat stat, out ReadOnlySpan<byte> comm) != ReadOutcome.Ok) return null;
        var process = new ProcessInspection { Identity = subject.Identity.ToString(), Pid = subject.Identity.Pid, Time = time.GetUtcNow(), Name = Encoding.UTF8.GetString(comm) };
        ReadSelf(process, run, subject, stat);
        process.Threads = ThreadInspection.Read(run);
        var sockets = new Dictionary<ulong, int>();
        process.Descriptors = DescriptorInspection.Read(run, proc.DescriptorSizeIsCount, sockets);
        ReadNamespaces(process, run);
        if (process.Descriptors?.List is not null) process.Sockets = SocketInspection.Read(run, sockets, !process.OtherNamespaces?.ContainsKey("net"), _holders);
        ReadCgroup(process, run);
        ReadMemory(process, run, subject, stat, readSmaps);
        ReadLimits(process, run); // After what is measured by them.
        if (!stat.IsKernelThread) (process.Environment, process.EnvironmentOmitted) = EnvironmentInspection.Read(run);
        await ReadRuntimeAsync(process, run, subject, stat, cancellation);
        process.Recommendations = Advice.Of(process);
        // One that has ended and is not reaped is still there, but has let go of all that was to be read.
        if (directory.ReadStat(run.Buffer, out ProcStat last, out _) != ReadOutcome.Ok || (last.IsZombie && !stat.IsZombie)) process.Ended = true;
        process.Unavailable = run.Unavailable.Count > 0 ? run.Unavailable : null;
        process.Took = Math.Round(run.Elapsed.TotalSeconds, 4);
        return process;
    }

    private static void ReadSelf(ProcessInspection process, InspectionRun run, InspectionSubject subject, in ProcStat stat)
    {
        ProcessDescription? description = subject.Description;
        process.State = stat.IsLeaderless ? null : ProcessStates.NameOf(stat.State);
        process.Nice = stat.Nice;
        process.Cpu = new CpuUse(stat.UserTicks / (double)SystemConstants.ClockTicksPerSecond, stat.SystemTicks / (double)SystemConstants.ClockTicksPerSecond, subject.Cores is { } cores ? Math.Round(cores, 3) : null);
        process.Group = subject.Group;
        process.Uptime = subject.Uptime is { } age ? Math.Round(age.TotalSeconds, 2) : null;
        process.Relations = subject.Relations;
        ReadOutcome outcome = run.Directory.ReadWorkingDirectory(run.Buffer, out int length);
        if (stat.IsKernelThread || outcome == ReadOutcome.Gone) length = 0;
        else if (!run.IsOk(outcome, "working_directory", InspectionRun.Ptrace)) length = 0;
        if (length > 0) process.WorkingDirectory = run.Cut(Encoding.UTF8.GetString(run.Buffer, 0, length));
        if (description is null) return;
        process.Exe = description.Executable;
        process.ExeDeleted = description.ExecutableDeleted ? true : null;
        if (description.Executable is null && !stat.IsKernelThread && !stat.IsZombie) run.Miss("exe", InspectionRun.Ptrace);
        process.User = description.User;
        process.Uid = description.UserId;
        process.StartTime = description.StartTime;
        process.Supervisor = stat.IsKernelThread ? new Supervision("kernel", null, "it is a thread of the kernel", null) : SupervisionInspection.Of(description, subject.Relations);
        if (description.Arguments is not { } arguments) return;
        process.Arguments = [.. Redaction.ArgumentRedaction.Hide(arguments).Take(run.Options.MostArguments).Select(run.Cut)];
        process.ArgumentsTruncated = description.CommandLineTruncated || arguments.Count > run.Options.MostArguments ? true : null;
    }

    private static void ReadLimits(ProcessInspection process, InspectionRun run)
    {
        ReadOutcome outcome = run.Directory.ReadLimitBytes(run.Buffer, out int length);
        if (!run.IsOk(outcome, "limits", InspectionRun.Ptrace)) return;
        process.Limits = [.. ProcLimitTable.Parse(run.Buffer.AsSpan(0, length)).Select(limit => new LimitUse(limit.Name, limit.Soft, limit.Hard, limit.Unit, limit.Name switch
        {
            "open_files" => process.Descriptors?.Count,
            "address_space" => process.Memory?.Virtual,
            _ => null,
        }))];
    }

    private void ReadCgroup(ProcessInspection process, InspectionRun run)
    {
        ReadOutcome outcome = run.Directory.ReadCgroup(run.Buffer, out ProcCgroup? cgroup);
        if (!run.IsOk(outcome, "cgroup", InspectionRun.Ptrace) || cgroup is null) return;
        CgroupUsage? usage = CgroupUsage.Read(_mounts.Value, cgroup);
        if (usage is null) run.Miss("cgroup limits", "its control group to be mounted where we can see it (/sys/fs/cgroup of the host)");
        var pressure = new Dictionary<string, double>();
        if (usage?.Cpu is { } cpu) pressure["cpu"] = cpu.Some.Average10;
        if (usage?.Memory is { } memory) pressure["memory"] = memory.Some.Average10;
        if (usage?.Io is { } io) pressure["io"] = io.Some.Average10;
        var tightest = new Dictionary<string, GroupLimit>();
        Add("memory", usage?.TightestMemory);
        Add("tasks", usage?.TightestTasks);
        Add("cpu", usage?.TightestCpu);
        process.Cgroup = new ControlGroupUse
        {
            Path = cgroup.Path,
            Unit = CgroupNames.UnitOf(cgroup.Path),
            Container = CgroupNames.ContainerOf(cgroup.Path),
            Memory = usage?.MemoryBytes,
            MemoryLimit = usage?.MemoryLimitBytes,
            Tasks = usage?.Tasks,
            TasksLimit = usage?.TasksLimit,
            CpuLimit = usage?.CpuLimit,
            CpuThrottled = usage?.CpuThrottled?.TotalSeconds,
            Tightest = tightest.Count > 0 ? tightest : null,
            Pressure = pressure.Count > 0 ? pressure : null,
        };

        void Add(string resource, CgroupLimit? limit)
        {
            if (limit is not null) tightest[resource] = new GroupLimit(run.Cut(limit.Cgroup), limit.Limit, limit.Used);
        }
    }

    private void ReadNamespaces(ProcessInspection process, InspectionRun run)
    {
        if (proc.OpenSelf(out ProcessDirectory? own) != ReadOutcome.Ok) return;
        using (own)
        {
            var others = new SortedDictionary<string, string>(StringComparer.Ordinal);
            byte[] mine = new byte[128];
            foreach (string kind in Namespaces)
            {
                if (own!.ReadNamespace(kind, mine, out int mineLength) != ReadOutcome.Ok) continue; // The kernel has none of the kind.
                if (!run.IsOk(run.Directory.ReadNamespace(kind, run.Buffer, out int length), "namespaces", InspectionRun.Ptrace)) return;
                if (!mine.AsSpan(0, mineLength).SequenceEqual(run.Buffer.AsSpan(0, length))) others[kind] = Encoding.UTF8.GetString(run.Buffer, 0, length);
            }
            process.OtherNamespaces = others;
        }
    }

    private static void ReadMemory(ProcessInspection process, InspectionRun run, InspectionSubject subject, in ProcStat stat, bool readSmaps)
    {
        bool isKnown = run.Directory.ReadStatus(run.Buffer, out ProcStatus status) == ReadOutcome.Ok;
        if (isKnown && status.InnermostPid > 0 && status.InnermostPid != process.Pid) process.PidInside = status.InnermostPid;
        if (stat.IsLeaderless || run.Directory.ReadStatm(run.Buffer, out ProcStatm statm) != ReadOutcome.Ok)
        {
            if (stat.IsLeaderless) run.Miss("memory", "its main thread, which has ended while others live on");
            return;
        }
        double resident = statm.ResidentPages * (double)SystemConstants.PageSize;
        ProcSmapsRollup? rollup = subject.Smaps ?? (readSmaps && resident > 0 ? ReadSmaps(run, resident) : null);
        bool hasDetail = isKnown && status.HasMemory;
        process.Memory = new MemoryUse
        {
            Resident = resident,
            Virtual = statm.SizePages * (double)SystemConstants.PageSize,
            Proportional = rollup?.ProportionalBytes,
            Unique = rollup?.UniqueBytes,
            Anonymous = hasDetail ? status.AnonymousBytes : null,
            File = hasDetail ? status.FileBytes : null,
            Shared = hasDetail ? status.SharedBytes : null,
            Swap = hasDetail ? status.SwapBytes : null,
        };
    }

    private static ProcSmapsRollup? ReadSmaps(InspectionRun run, double resident)
    {
        var estimate = new StallEstimate();
        if (resident > estimate.LargestBytes)
        {
            run.Miss("proportional_memory", estimate.Reason);
            return null;
        }
        ProcessDirectory directory = run.Directory;
        if (!run.TryRead(() => (directory.ReadSmapsRollup(new byte[4096], out ProcSmapsRollup read), read), out (ReadOutcome Outcome, ProcSmapsRollup Read) answer))
        {
            run.Late("proportional_memory");
            return null;
        }
        return run.IsOk(answer.Outcome, "proportional_memory", InspectionRun.Ptrace) ? answer.Read : null;
    }

    private static async Task ReadRuntimeAsync(ProcessInspection process, InspectionRun run, InspectionSubject subject, ProcStat stat, CancellationToken cancellation)
    {
        RuntimeInfo? runtime = subject.Runtime;
        if (runtime is null && stat.Threads > 1 && !run.IsLate && !run.LeftSomethingBehind && run.Directory.ReadStatus(run.Buffer, out ProcStatus status) == ReadOutcome.Ok)
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            late.CancelAfter(RuntimePatience);
            try
            {
                (DiagnosticSocketOutcome outcome, DiagnosticSocket? socket) = await DiagnosticSocket.FindAsync(run.Directory, stat, status, late.Token);
                using (socket)
                    if (outcome == DiagnosticSocketOutcome.Found) runtime = await RuntimeInfo.ReadAsync(socket!, late.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                run.Miss("dotnet", "a runtime that answers: it is stopped or hangs");
            }
        }
        if (runtime is not null) process.Dotnet = new DotnetFacts(runtime.Version, runtime.EntryAssembly.Length > 0 ? runtime.EntryAssembly : null, runtime.Architecture);
    }
}

using System.Globalization;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>What is remarkable about a process, with figures, and what to do. Pure.</summary>
internal static class Advice
{
    private const double NearLimit = 0.8, HighPressure = 10;
    private const int ManyStuck = 4;

    public static List<Recommendation> Of(ProcessInspection process)
    {
        var found = new List<Recommendation>();
        foreach (LimitUse limit in process.Limits ?? [])
        {
            if (limit.Ratio is not (>= NearLimit and var ratio)) continue;
            string set = limit.Name switch { "open_files" => "LimitNOFILE", "processes" => "LimitNPROC", "address_space" => "LimitAS", _ => "Limit..." };
            string flag = limit.Name switch { "open_files" => "nofile", "processes" => "nproc", "address_space" => "as", _ => limit.Name };
            found.Add(new(Text($"{limit.Name} are at {ratio:P0} of the limit: {limit.Used:0} of {limit.Soft}"), $"prlimit --pid {process.Pid} --{flag}=HIGHER (at once), {set}= in its unit (for good); or find what it does not close: process-arsenal inspect {process.Pid}"));
        }
        if (process.Cgroup?.Tightest?.GetValueOrDefault("memory") is { Limit: > 0, Used: { } used } memory && used >= NearLimit * memory.Limit)
            found.Add(new(Text($"its control group{Above(memory, process)} uses {used / memory.Limit:P0} of its memory: {Mebibytes((ulong)used)} of {Mebibytes((ulong)memory.Limit)}, beyond which the kernel kills"), $"systemctl set-property '{UnitOf(memory, process)}' MemoryMax=HIGHER, or the container's memory limit"));
        if (process.Cgroup?.Tightest?.GetValueOrDefault("tasks") is { Limit: > 0, Used: { } tasks } mostTasks && tasks >= NearLimit * mostTasks.Limit)
            found.Add(new(Text($"its control group{Above(mostTasks, process)} has {tasks:0} of {mostTasks.Limit:0} tasks, beyond which no thread can be started"), $"systemctl set-property '{UnitOf(mostTasks, process)}' TasksMax=HIGHER"));
        foreach ((string resource, double share) in process.Cgroup?.Pressure ?? new Dictionary<string, double>())
            if (share >= HighPressure) found.Add(new(Text($"its control group waited for {resource} in {share:0.#} % of the last 10 s"), $"give it more {resource}, or its neighbours less: process-arsenal top"));
        if (process.Memory?.Swap is > 16 << 20 and var swap)
            found.Add(new(Text($"{Mebibytes((ulong)swap)} of it are swapped out: it will wait for the disk when it needs them"), "free -h; find who uses the memory: process-arsenal ps --sort memory"));
        if (process.Threads?.States.GetValueOrDefault("waiting") is >= ManyStuck and var stuck)
            found.Add(new(Text($"{stuck} threads are in uninterruptible sleep (D), which is waiting for a device or a network file system"), $"see what for: waits_in of the threads; cat /proc/{process.Pid}/task/*/stack as root"));
        if (process.Threads is { } threads && Flows.PipeWait.IsStuckWriting(threads))
            found.Add(new("a thread waits for room in a pipe: whoever reads it does not, or is slower", $"who that is: process-arsenal flows {process.Pid}"));
        if (process.ExeDeleted == true)
            found.Add(new("its executable was removed or replaced since it started: it runs code that is no longer on disk", process.Supervisor?.Restart is { } restart ? $"to run the new one: {restart}" : "start it again to run the new one"));
        if (process.State == "stopped") found.Add(new("it is stopped (SIGSTOP or a debugger) and does nothing", $"kill -CONT {process.Pid}"));
        if (process.State == "defunct") found.Add(new(Text($"it has ended and its parent {process.Relations?.ParentPid} does not ask how: it holds its pid until then"), "restart the parent, or correct it: it has to wait(2) for its children"));
        foreach (SocketUse socket in process.Sockets?.List ?? [])
            if (socket is { State: "listen", ReceiveQueue: >= 64 and var waiting }) found.Add(new(Text($"{waiting} connections wait at {socket.Local} to be accepted"), "it is too slow to accept: look at its threads; raise its backlog and net.core.somaxconn only if it catches up"));
        return found;
    }

    private static string Above(GroupLimit limit, ProcessInspection process) => limit.Cgroup == process.Cgroup?.Path ? "" : $" {limit.Cgroup}";

    /// <summary>The unit or slice whose limit it is.</summary>
    private static string UnitOf(GroupLimit limit, ProcessInspection process) =>
        SupervisionInspection.Pasteable(limit.Cgroup == process.Cgroup?.Path ? process.Cgroup.Unit : limit.Cgroup[(limit.Cgroup.LastIndexOf('/') + 1)..]);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Mebibytes(ulong bytes) => Text($"{bytes / 1048576.0:0} MiB");
}

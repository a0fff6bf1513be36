using System.Globalization;
using ProcessArsenal.Telemetry.Inspection;
using Spectre.Console;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>An inspection for people: a section for each part, what is remarkable first.</summary>
internal static class InspectionText
{
    private static readonly Style Heading = new(decoration: Decoration.Bold), Remarkable = new(Color.Yellow);

    private const int MostThreads = 12, MostSockets = 20, MostDescriptors = 20, MostChildren = 10, NameWidth = 14;

    public static void Write(ProcessInspection process, TextWriter output)
    {
        Write(output, Text($"{Shown(process.Name)}  {Shown(process.Identity)}{(process.Ended == true ? "  (it ended meanwhile)" : "")}"), Heading);
        foreach (Recommendation found in process.Recommendations ?? [])
        {
            Write(output, $"! {Shown(found.What)}", Remarkable);
            output.WriteLine($"  {Shown(found.Advice)}");
        }
        output.WriteLine();
        Line(output, "executable", process.Exe is { } exe ? Shown(exe) + (process.ExeDeleted == true ? "  (removed or replaced)" : "") : null);
        Line(output, "arguments", process.Arguments is { } arguments ? Shown(string.Join(' ', arguments)) + (process.ArgumentsTruncated == true ? " ..." : "") : null);
        Line(output, "directory", process.WorkingDirectory is { } directory ? Shown(directory) : null);
        Line(output, "user", process.User is { } user ? Text($"{Shown(user)} ({process.Uid})") : null);
        Line(output, "group", process.Group is { } group ? Shown(group) : null);
        Line(output, "state", Text($"{process.State ?? "-"}, nice {process.Nice}"));
        Line(output, "started", process.StartTime is { } start ? Text($"{start.ToLocalTime():yyyy-MM-dd HH:mm:ss}, {Terminal.Age(process.Uptime)} ago") : null);
        Line(output, "CPU", Text($"{Terminal.Percent(process.Cpu.Cores)}% of a core; {process.Cpu.UserTime:0.##} s user, {process.Cpu.SystemTime:0.##} s system"));
        if (process.Memory is { } memory)
            Line(output, "memory", $"{Terminal.Bytes(memory.Resident)} resident (anonymous {Terminal.Bytes(memory.Anonymous)}, files {Terminal.Bytes(memory.File)}, shared {Terminal.Bytes(memory.Shared)}), swapped {Terminal.Bytes(memory.Swap)}, proportional {Terminal.Bytes(memory.Proportional)}, unique {Terminal.Bytes(memory.Unique)}, address space {Terminal.Bytes(memory.Virtual)}");
        if (process.Dotnet is { } dotnet) Line(output, ".NET", Text($"{Shown(dotnet.Version ?? "-")} {Shown(dotnet.EntryAssembly ?? "")} {Shown(dotnet.Architecture ?? "")}"));
        WriteCgroup(process.Cgroup, output);
        WriteRelations(process, output);
        if (process.OtherNamespaces is { Count: > 0 } others) Line(output, "namespaces", $"others than ours: {string.Join(", ", others.Keys)}{(process.PidInside is { } inside ? Text($"; pid {inside} there") : "")}");
        WriteLimits(process.Limits, output);
        WriteThreads(process.Threads, output);
        WriteDescriptors(process.Descriptors, output);
        WriteSockets(process.Sockets, output);
        WriteEnvironment(process, output);
        foreach (Unavailable missing in process.Unavailable ?? []) Line(output, "missing", $"{missing.What}: needs {missing.Needs}");
    }

    private static void WriteCgroup(ControlGroupUse? cgroup, TextWriter output)
    {
        if (cgroup is null) return;
        Line(output, "cgroup", Shown(cgroup.Path));
        var facts = new List<string>();
        if (cgroup.Memory is { } memory) facts.Add($"memory {Terminal.Bytes(memory)}{(cgroup.MemoryLimit is { } most ? $" of {Terminal.Bytes(most)}" : "")}");
        if (cgroup.Tasks is { } tasks) facts.Add(Text($"tasks {tasks}{(cgroup.TasksLimit is { } most ? Text($" of {most}") : "")}"));
        if (cgroup.CpuLimit is { } cores) facts.Add(Text($"at most {cores:0.##} cores"));
        foreach ((string resource, GroupLimit limit) in cgroup.Tightest ?? new Dictionary<string, GroupLimit>())
        {
            if (limit.Cgroup == cgroup.Path) continue; // Told already.
            string most = resource == "memory" ? Terminal.Bytes(limit.Limit) : Text($"{limit.Limit:0.##}"), used = limit.Used is not { } some ? "" : (resource == "memory" ? Terminal.Bytes(some) : Text($"{some:0}")) + " of ";
            facts.Add($"bound by {Shown(limit.Cgroup)}: {resource} {used}{most}{(resource == "cpu" ? " cores" : "")}");
        }
        if (cgroup.CpuThrottled is > 0 and var held) facts.Add(Text($"held back by the limit on CPU for {held:0.#} s"));
        if (cgroup.Pressure is { } pressure) facts.Add("waited in the last 10 s: " + string.Join(", ", pressure.Select(static share => Text($"{share.Key} {share.Value:0.#}%"))));
        if (facts.Count > 0) Line(output, "", string.Join("; ", facts));
    }

    private static void WriteRelations(ProcessInspection process, TextWriter output)
    {
        if (process.Supervisor is { } supervisor)
        {
            Line(output, "supervisor", Shown($"{(supervisor.Kind == "none" ? "nobody" : supervisor.Kind)}{(supervisor.Name is { } name && name != supervisor.Kind ? $" {name}" : "")}: {supervisor.Evidence}"));
            if (supervisor.Restart is { } restart) Line(output, "", $"to restart: {Shown(restart)}");
        }
        if (process.Relations is not { } relations) return;
        if (relations.Ancestors.Count > 0) Line(output, "ancestors", string.Join(" < ", relations.Ancestors.Select(static one => Text($"{Shown(one.Name)} {one.Pid}"))));
        Line(output, "session", Text($"{relations.Session}, process group {relations.ProcessGroup}"));
        if (relations.ChildCount == 0) return;
        string more = relations.ChildCount > MostChildren ? Text($", and {relations.ChildCount - MostChildren} more") : "";
        Line(output, "children", Text($"{relations.ChildCount}: ") + string.Join(", ", relations.Children.Take(MostChildren).Select(static one => Text($"{Shown(one.Name)} {one.Pid}"))) + more);
    }

    private static void WriteLimits(IReadOnlyList<LimitUse>? limits, TextWriter output)
    {
        string[] finite = [.. (limits ?? []).Where(static limit => limit.Soft is not null && limit.Name is "open_files" or "processes" or "address_space" or "core_file_size" or "stack_size" or "locked_memory")
            .Select(static limit => Text($"{limit.Name} {(limit.Used is { } used ? Text($"{used:0} of ") : "")}{(limit.Soft is { } soft ? limit.Unit == "bytes" ? Terminal.Bytes(soft) : Text($"{soft}") : "unlimited")}{(limit.Ratio is { } ratio ? Text($" ({ratio:P0})") : "")}"))];
        if (finite.Length > 0) Line(output, "limits", string.Join(", ", finite));
    }

    private static void WriteThreads(ThreadList? threads, TextWriter output)
    {
        if (threads is null) return;
        output.WriteLine();
        Write(output, Text($"Threads: {threads.Count}; {string.Join(", ", threads.States.Select(static state => Text($"{state.Value} {state.Key}")))}"), Heading);
        List<string[]> rows = [["TID", "CPU s", "STATE", "WAITS IN", "NAME"]];
        rows.AddRange(threads.List.Take(MostThreads).Select(static thread => (string[])[Text($"{thread.Tid}"), Text($"{thread.CpuTime:0.##}"), thread.State ?? "-", Shown(thread.WaitsIn ?? "-"), Shown(thread.Name)]));
        Table(rows, 2, threads.Count - MostThreads, output);
    }

    private static void WriteDescriptors(DescriptorList? descriptors, TextWriter output)
    {
        if (descriptors?.Count is not { } count) return;
        output.WriteLine();
        Write(output, Text($"Descriptors: {count}{(descriptors.Kinds is { } kinds ? "; " + string.Join(", ", kinds.OrderByDescending(static kind => kind.Value).Select(static kind => Text($"{kind.Value} {Shown(kind.Key)}"))) : "")}"), Heading);
        if (descriptors.List is not { Count: > 0 } list) return;
        List<string[]> rows = [["FD", "KIND", "WHAT"]];
        rows.AddRange(list.Where(static one => one.Kind is not "socket").Take(MostDescriptors).Select(static one => (string[])[Text($"{one.Fd}"), Shown(one.Kind), Shown(one.Target)]));
        if (rows.Count > 1) Table(rows, 1, count - rows.Count + 1 - (descriptors.Kinds?.GetValueOrDefault("socket") ?? 0), output);
    }

    private static void WriteSockets(SocketList? sockets, TextWriter output)
    {
        if (sockets is not { List.Count: > 0 }) return;
        output.WriteLine();
        Write(output, Text($"Sockets: {sockets.Count}"), Heading);
        List<string[]> rows = [["FD", "RECV", "SEND", "PROTOCOL", "STATE", "LOCAL", "REMOTE", "PEER"]];
        rows.AddRange(sockets.List.Take(MostSockets).Select(static socket => (string[])[Text($"{socket.Fd}"), Number(socket.ReceiveQueue), Number(socket.SendQueue), socket.Protocol, socket.State, Shown(socket.Local ?? "-"), Shown(socket.Remote ?? "-"), socket.Peer is { } peer ? Text($"{Shown(peer.Name)} {peer.Pid}") : "-"]));
        Table(rows, 3, sockets.Count - MostSockets, output);
    }

    private static void WriteEnvironment(ProcessInspection process, TextWriter output)
    {
        if (process.Environment is not { Count: > 0 } variables) return;
        output.WriteLine();
        Write(output, Text($"Environment: {variables.Count + (process.EnvironmentOmitted ?? 0)}; of most only the length is shown"), Heading);
        foreach (EnvironmentVariable variable in variables)
            output.WriteLine(Terminal.Cut($"  {Shown(variable.Name)}={(variable.Value is { } value ? Shown(value) : Text($"*** ({variable.Length} characters)"))}", Terminal.Width));
    }

    private static void Table(List<string[]> rows, int rightAligned, int more, TextWriter output)
    {
        Terminal.Write(output, Terminal.Table(rows, rightAligned), Terminal.HasColours);
        if (more > 0) output.WriteLine(Text($"... and {more} more"));
    }

    private static void Write(TextWriter output, string text, Style style) => Terminal.Write(output, new Text(text, style), Terminal.HasColours);

    private static void Line(TextWriter output, string name, string? value)
    {
        if (value is not null) output.WriteLine(Terminal.Cut(name.PadRight(NameWidth) + value, Math.Max(Terminal.Width, NameWidth + 40)));
    }

    private static string Shown(string text) => Terminal.Printable(text, 1024);

    private static string Number(uint? value) => value is { } number ? Text($"{number}") : "-";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

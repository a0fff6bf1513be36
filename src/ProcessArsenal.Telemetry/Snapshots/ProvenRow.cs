using System.Text;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Snapshots;

/// <summary>A process without what it can choose to be called: for whoever selects it for harm. What is not proven counts as not known, so that a condition
/// which asks for it is unknown, and selects nobody.</summary>
internal static class ProvenRow
{
    private const int MaxNameBytes = 15; // TASK_COMM_LEN - 1, proc_pid_comm(5)

    /// <summary>The row as it is but for its name, unless it is its executable's; its arguments; and its group, unless the rules give it the same by its
    /// executable, user, unit or container alone, or its .NET runtime names it.</summary>
    public static ProcessRow Of(Snapshot snapshot, int index)
    {
        ProcessRow row = snapshot.Processes[index];
        ProcessDescription told = row.Description;
        ProcessDescription proven = told with { Name = "", Arguments = null, CommandLine = null };
        if (row.Group != snapshot.Grouper?.Assign(proven, row.Sample.Identity.Pid).Name && row.Group != AssemblyOf(snapshot, index)) row.Group = null;
        row.GroupKey = null;
        row.DeclaredCategory = null;
        row.Description = IsNameOf(told.Name, told.Executable) ? proven with { Name = told.Name } : proven;
        return row;
    }

    private static bool IsNameOf(string name, string? executable)
    {
        if (executable is null || name.Length == 0) return false;
        string file = ProcessDescription.BaseName(executable);
        return name == file || (Encoding.UTF8.GetByteCount(name) == MaxNameBytes && file.StartsWith(name, StringComparison.Ordinal));
    }

    /// <summary>The program that the runtime says that it runs: of one that we are attached to, whose runtime tells it, and not its arguments.</summary>
    private static string? AssemblyOf(Snapshot snapshot, int index)
    {
        foreach (ref readonly DotnetRow target in snapshot.Dotnet.Rows)
            if (target.Source.Row == index) return target.Source.Runtime?.EntryAssembly is { Length: > 0 } assembly ? assembly : null;
        return null;
    }
}

using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Categories;

/// <summary>Says what kind of program a process is, by what can't be forged first: who the kernel says it is, its executable; then by what it says of itself.
/// For observation only.</summary>
public static class Categorizer
{
    /// <summary>Of a process in a snapshot.</summary>
    /// <param name="row">It.</param>
    /// <param name="binary">What its executable's file says of itself; null if nothing is known of it.</param>
    public static ProcessCategory Of(in ProcessRow row, BinaryFacts? binary = null)
    {
        ProcessDescription description = row.Description;
        if (description.IsKernelThread) return new(ProcessCategory.Kernel, null, "it is a thread of the kernel");
        int pid = row.Sample.Identity.Pid;
        string executable = description.ExecutableName, seen = description.Executable is null ? "its name" : "its executable";
        // The first process is systemd in its many names, or whatever a container runs.
        if (pid == 1 && executable.StartsWith("systemd", StringComparison.Ordinal)) return new(ProcessCategory.Supervisor, null, "it is the first process, and systemd");
        string? runtime = KnownPrograms.RuntimeOf(executable) ?? (row.Runtime is not null ? "dotnet" : binary?.Runtime);
        if (KnownPrograms.RoleOf(executable) is { } role) return new(role, runtime, $"{seen} is {executable}");
        if (runtime is null) return new(ProcessCategory.Native, null, binary is null ? $"{seen}, {executable}, is not known" : $"{seen}, {executable}, is not known, and has no runtime in it that is");
        string ran = Evidence(row, executable, seen, binary);
        if (description.Arguments is { } arguments && KnownPrograms.RoleOf(arguments, out string? module) is { } hosted) return new(hosted, runtime, $"{ran}, and runs {module}");
        if (runtime == "dotnet" && row.Runtime?.Requests is not null) return new(ProcessCategory.AspNet, runtime, $"{ran}, and it tells of HTTP requests that it answers");
        return new(runtime, runtime, ran);
    }

    private static string Evidence(in ProcessRow row, string executable, string seen, BinaryFacts? binary)
    {
        if (KnownPrograms.RuntimeOf(executable) is not null) return $"{seen} is {executable}";
        return row.Runtime is not null ? "it has the diagnostic socket of a .NET runtime" : $"{seen}, {executable}, {binary!.Evidence}";
    }
}

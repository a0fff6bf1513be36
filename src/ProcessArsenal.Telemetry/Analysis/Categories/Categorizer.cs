using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Categories;

/// <summary>Says what kind of program a process is, by what can't be forged first: who the kernel says it is, its executable; then by what it says of itself.
/// For observation only.</summary>
public static class Categorizer
{
    private const string Dotnet = "dotnet";

    /// <summary>What runs it: see <see cref="ProcessCategory.Runtime"/>. Allocates nothing for a description that was asked about before.</summary>
    public static string? RuntimeOf(in ProcessRow row) => row.Description.IsKernelThread ? null : row.Description.Program.Runtime ?? (row.Runtime is not null ? Dotnet : null);

    /// <summary>The name of its category alone. Allocates nothing for a description that was asked about before.</summary>
    public static string NameOf(in ProcessRow row)
    {
        ProcessDescription description = row.Description;
        if (description.IsKernelThread) return ProcessCategory.Kernel;
        if (row.DeclaredCategory is { } declared) return declared;
        if (IsSystemd(row)) return ProcessCategory.Supervisor;
        if (description.Program.Role is { } role) return role;
        return RuntimeOf(row) switch
        {
            null => ProcessCategory.Native,
            Dotnet when row.Runtime?.Requests is not null => ProcessCategory.AspNet,
            string runtime => runtime,
        };
    }

    /// <summary>Its category with the reason.</summary>
    public static ProcessCategory Of(in ProcessRow row) => new(NameOf(row), RuntimeOf(row), Reason(row));

    private static string Reason(in ProcessRow row)
    {
        ProcessDescription description = row.Description;
        if (description.IsKernelThread) return "it is a thread of the kernel";
        if (row.DeclaredCategory is not null) return "a rule of the configuration says so (categories.rules)";
        if (IsSystemd(row)) return "it is the first process, and systemd";
        string name = description.ExecutableName, seen = description.Executable is null ? "its name" : "its executable";
        KnownProgram program = description.Program;
        string ran = program.Role is null && program.Runtime is null
            ? row.Runtime is null ? $"{seen}, {name}, is none of those that are known" : "it has the diagnostic socket of a .NET runtime"
            : $"{seen} is {name}";
        if (program.Module is { } module) return $"{ran}, and runs {module}";
        return NameOf(row) == ProcessCategory.AspNet ? $"{ran}, and it tells of HTTP requests that it answers" : ran;
    }

    /// <summary>Containers have other first processes. Asked at each tick, so it cuts no text.</summary>
    private static bool IsSystemd(in ProcessRow row)
    {
        if (row.Sample.Identity.Pid != 1) return false;
        ReadOnlySpan<char> path = row.Description.Executable ?? row.Description.Name;
        return path[(path.LastIndexOf('/') + 1)..].StartsWith("systemd", StringComparison.Ordinal);
    }
}

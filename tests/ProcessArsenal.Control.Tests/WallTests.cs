using System.Reflection;
using System.Runtime.InteropServices;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Control.Tests;

/// <summary>The walls of ARCHITECTURE.md, on the assemblies as they were built.</summary>
public sealed class WallTests
{
    private static readonly string[] Line = ["ProcessArsenal.Procfs", "ProcessArsenal.Telemetry", "ProcessArsenal.Control"];

    private static readonly Assembly[] Seeing = [typeof(ProcFs).Assembly, typeof(Sampler).Assembly];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_project_uses_only_those_to_its_left(int index)
    {
        string[] used = [.. Assembly.Load(Line[index]).GetReferencedAssemblies()
            .Select(name => name.Name!).Where(name => name.StartsWith("ProcessArsenal.", StringComparison.Ordinal) || name == "process-arsenal")];
        Assert.Empty(used.Except(Line[..index]));
    }

    [Fact]
    public void Procfs_has_no_packages()
    {
        IEnumerable<string> foreign = typeof(ProcFs).Assembly.GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal));
        Assert.Empty(foreign);
    }

    [Fact]
    public void Nothing_that_sees_can_signal_trace_or_stop_a_process()
    {
        string[] harmful = ["kill", "tkill", "tgkill", "killpg", "pidfd_send_signal", "ptrace", "process_vm_writev", "process_madvise", "sigqueue"];
        string[] imports = [.. Seeing.SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<DllImportAttribute>()?.EntryPoint).OfType<string>()];
        Assert.Contains("openat", imports); // The search does find imports.
        Assert.Empty(imports.Intersect(harmful));
    }
}

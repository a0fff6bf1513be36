using System.Diagnostics;
using System.Globalization;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Tests.Restarting;

/// <summary>A control group of the running kernel, with processes of ours in it. They end with this object.</summary>
internal sealed class TestCgroup : IDisposable
{
    private const int Kill = 9;

    private readonly List<Process> _children = [];
    private readonly CgroupMount _mount;

    private TestCgroup(string path, CgroupHierarchy hierarchy, CgroupMount mount)
    {
        (Path, Hierarchy, _mount) = (path, hierarchy, mount);
        Directory = mount.DirectoryOf(path)!;
        System.IO.Directory.CreateDirectory(Directory);
    }

    public string Path { get; }

    public CgroupHierarchy Hierarchy { get; }

    public string Directory { get; }

    /// <summary>Makes one; skips the test where that is not possible.</summary>
    /// <param name="path">A <c>*</c> in it becomes a word that no other test has.</param>
    public static TestCgroup Create(string path, CgroupHierarchy? hierarchy = null)
    {
        using ProcFs proc = ProcFs.Open();
        CgroupMounts mounts = proc.ReadCgroupMounts();
        CgroupHierarchy which = hierarchy ?? (mounts.Unified is not null ? CgroupHierarchy.Unified : CgroupHierarchy.Systemd);
        CgroupMount? mount = which == CgroupHierarchy.Unified ? mounts.Unified : mounts.Systemd;
        Assert.SkipUnless(mount is not null, $"no control groups of the hierarchy {which} are mounted here");
        try
        {
            return new TestCgroup(path.Replace("*", "pa" + Guid.NewGuid().ToString("N")[..8], StringComparison.Ordinal), which, mount);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"control groups can't be made here: {e.Message}");
            throw;
        }
    }

    /// <summary>One more, below or beside this one.</summary>
    public TestCgroup Another(string path) => new(path, Hierarchy, _mount);

    /// <summary>Starts bash in it.</summary>
    public Process Start(string script, string? name = null)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", $"echo $$ > '{Directory}/cgroup.procs'; echo ready; {(name is null ? script : $"exec -a '{name}' {script}")}"]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        Process process = Process.Start(start)!;
        _children.Add(process);
        Assert.Equal("ready", process.StandardOutput.ReadLine());
        return process;
    }

    public static ProcessIdentity IdentityOf(int pid)
    {
        using ProcFs proc = ProcFs.Open();
        return Identities.Of(proc, pid, static _ => true) ?? throw new InvalidOperationException($"{pid} has no identity.");
    }

    public static HeldProcess Hold(int pid)
    {
        using ProcFs proc = ProcFs.Open();
        return HeldProcess.Open(proc, IdentityOf(pid), out string? why) ?? throw new InvalidOperationException(why);
    }

    /// <summary>Ends one of our own processes.</summary>
    public static void End(ProcessIdentity identity)
    {
        using ProcFs proc = ProcFs.Open();
        using HeldProcess? held = HeldProcess.Open(proc, identity, out _);
        _ = held?.Send(Kill);
    }

    public int[] Pids() => [.. File.ReadAllLines(Directory + "/cgroup.procs").Select(static line => int.Parse(line, CultureInfo.InvariantCulture))];

    public void Dispose()
    {
        long began = TimeProvider.System.GetTimestamp();
        while (System.IO.Directory.Exists(Directory) && TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(10))
        {
            using (ProcFs proc = ProcFs.Open())
                foreach (OwnerMember member in OwnerProcesses.List(proc, new Owner(OwnerKind.Container, "", Path, Hierarchy)).Members) End(member.Identity);
            Remove(Directory);
        }
        // The parents too, unless they are somebody else's.
        for (string parent = System.IO.Path.GetDirectoryName(Directory)!; parent.Length > _mount.Path.Length && Remove(parent); parent = System.IO.Path.GetDirectoryName(parent)!) { }
        foreach (Process child in _children)
        {
            child.WaitForExit();
            child.Dispose();
        }
    }

    private static bool Remove(string directory)
    {
        try
        {
            foreach (string child in System.IO.Directory.GetDirectories(directory)) Remove(child);
            System.IO.Directory.Delete(directory);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

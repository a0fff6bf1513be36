using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Restarting;

/// <summary>A Podman of our own, with storage of its own and an image of busybox alone. Whatever it runs ends with this object.</summary>
internal sealed class PodmanEngine : IAsyncDisposable
{
    private const string Image = "pa-test:latest";

    private readonly string _directory = Directory.CreateTempSubdirectory("podman-").FullName;
    private readonly List<string> _containers = [];
    private Process? _service;

    public string Socket => _directory + "/podman.sock";

    /// <summary>Starts one; skips the test where that is not possible.</summary>
    public static async Task<PodmanEngine> StartAsync()
    {
        foreach (string program in (string[])["/usr/bin/podman", "/usr/bin/crun", "/usr/bin/busybox", "/usr/bin/unshare"]) Assert.SkipUnless(File.Exists(program), $"there is no {program} here");
        Assert.SkipUnless(Environment.UserName == "root", "it takes root to run containers");
        Assert.SkipUnless(File.Exists("/etc/containers/policy.json") || File.Exists("/root/.config/containers/policy.json"), "podman has no policy.json");
        var engine = new PodmanEngine();
        try
        {
            await engine.PrepareAsync();
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a container in the background.</summary>
    /// <param name="arguments">Options first, then the command.</param>
    public async Task<(string Id, int Pid)> RunAsync(params string[] arguments)
    {
        string[] options = [.. arguments.TakeWhile(static a => a.StartsWith('-'))];
        (int code, string output, string error) = await PodmanAsync(["run", "--detach", "--network=none", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1000:1000", .. options, Image, .. arguments[options.Length..]]);
        Assert.SkipUnless(code == 0, $"podman can't run a container here: {error}");
        string id = output.Trim();
        _containers.Add(id);
        return (id, await PidOfAsync(id));
    }

    public async Task<int> PidOfAsync(string id)
    {
        (int code, string output, string error) = await PodmanAsync(["inspect", "--format={{.State.Pid}}", id]);
        Assert.True(code == 0, error);
        return int.Parse(output.Trim(), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (string id in _containers) await PodmanAsync(["rm", "--force", "--time=0", id]);
        if (_service is { HasExited: false }) TestCgroup.End(TestCgroup.IdentityOf(_service.Id));
        _service?.WaitForExit();
        _service?.Dispose();
        // What watched over a container (conmon, its cleanup) may still be writing, and would make the directory anew.
        await Eventually.True("nobody works in the directory", () => !IsInUse());
        await Eventually.True("the directory is gone", TryDelete);
    }

    private bool IsInUse()
    {
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (char.IsAsciiDigit(Path.GetFileName(process)[0]) && File.ReadAllText(process + "/cmdline").Contains(_directory, StringComparison.Ordinal)) return true;
            }
            catch (IOException)
            {
                // It has ended.
            }
        }
        return false;
    }

    private bool TryDelete()
    {
        try
        {
            Directory.Delete(_directory, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return !Directory.Exists(_directory);
        }
    }

    private async Task PrepareAsync()
    {
        string bin = Directory.CreateDirectory(_directory + "/root/bin").FullName;
        File.Copy("/usr/bin/busybox", bin + "/busybox");
        foreach (string name in (string[])["sh", "sleep"]) File.CreateSymbolicLink(Path.Join(bin, name), "busybox");
        // Or it would want more descriptors than a root without CAP_SYS_RESOURCE may have.
        await File.WriteAllTextAsync(_directory + "/containers.conf", "[containers]\ndefault_ulimits = [\"nofile=1024:1024\"]\n");
        (int tar, _, string trouble) = await RunToolAsync("/usr/bin/tar", ["-C", _directory + "/root", "-cf", _directory + "/root.tar", "."]);
        Assert.True(tar == 0, trouble);
        (int import, _, string error) = await PodmanAsync(["import", _directory + "/root.tar", Image]);
        Assert.SkipUnless(import == 0, $"podman can't make an image here: {error}");
        _service = Process.Start(StartInfo(["system", "service", "--time=120", "unix://" + Socket]))!;
        await Eventually.True("podman listens", () => Listens(Socket));
    }

    private static bool Listens(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Task<(int Code, string Output, string Error)> PodmanAsync(string[] arguments)
    {
        ProcessStartInfo start = StartInfo(arguments);
        return RunToolAsync(start.FileName, [.. start.ArgumentList]);
    }

    /// <summary>In a mount namespace of its own that lacks the v2 hierarchy if there is v1 too: crun refuses hybrid hosts.</summary>
    private ProcessStartInfo StartInfo(string[] arguments) => new("/usr/bin/unshare",
        ["--mount", "/bin/sh", "-c", "if [ -d /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi; exec \"$@\"", "sh", "/usr/bin/env", "CONTAINERS_CONF=" + _directory + "/containers.conf", "/usr/bin/podman",
            "--root=" + _directory + "/storage", "--runroot=" + _directory + "/run", "--tmpdir=" + _directory + "/tmp", "--storage-driver=vfs", "--cgroup-manager=cgroupfs", "--runtime=crun", .. arguments]);

    private static async Task<(int Code, string Output, string Error)> RunToolAsync(string program, string[] arguments)
    {
        string output = Path.GetTempFileName(), error = Path.GetTempFileName();
        try
        {
            // Into files: what runs on in the background would keep pipes open.
            using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "o=$1 e=$2; shift 2; exec \"$@\" > \"$o\" 2> \"$e\" < /dev/null", "sh", output, error, program, .. arguments]))!;
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120));
            return (process.ExitCode, await File.ReadAllTextAsync(output), await File.ReadAllTextAsync(error));
        }
        finally
        {
            File.Delete(output);
            File.Delete(error);
        }
    }
}

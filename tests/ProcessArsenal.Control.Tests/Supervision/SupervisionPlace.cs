using System.Diagnostics;
using System.Globalization;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Supervision;

/// <summary>A state directory with one supervisor, "shop", of real children. Whatever it has started is gone afterwards.</summary>
internal sealed class SupervisionPlace : IAsyncDisposable
{
    private readonly ProcFs _proc = ProcFs.Open();
    private readonly List<ProcessIdentity> _seen = [];

    public string State { get; } = Directory.CreateTempSubdirectory("supervision-").FullName;

    public SupervisorSet? Set { get; private set; }

    public Supervisor Shop => Set!.Supervisors[0];

    public SupervisorView View => Shop.View;

    public string Folder => Path.Join(State, "supervisors", "shop");

    public string Record => Path.Join(Folder, "record.json");

    /// <summary>A child that is a script of sh(1).</summary>
    public static ChildSpec Script(string name, string script) => new(name, ["/bin/sh", "-c", script]) { StopTimeout = TimeSpan.FromSeconds(5) };

    public static ChildSpec Sleeper(string name) => new(name, ["sleep", "1000"]);

    public void Start(params ChildSpec[] children) => Start(new SupervisorSpec("shop", children));

    public void Start(SupervisorSpec spec) => Set = SupervisorSet.Start(State, [spec], TimeProvider.System, view =>
    {
        lock (_seen) foreach (ChildView child in view.Children) if (child.Identity is { } identity && !_seen.Contains(identity)) _seen.Add(identity);
    });

    public Task<ChildAnswer> Stop(string child) => Shop.StopAsync(child, TestContext.Current.CancellationToken);

    public Task<ChildAnswer> StartChild(string child) => Shop.StartAsync(child, TestContext.Current.CancellationToken);

    public Task<ChildAnswer> Restart(string child) => Shop.RestartAsync(child, TestContext.Current.CancellationToken);

    public Task<string?> StopAll() => Shop.StopAllAsync(TestContext.Current.CancellationToken);

    public Task Reset() => Shop.ResetAsync(TestContext.Current.CancellationToken);

    public Task<string?> Send(string child, string line, TimeSpan within) => Shop.SendAsync(child, line, within, TestContext.Current.CancellationToken);

    /// <summary>Ends the supervision as an orderly end of the exporter does.</summary>
    public async Task Leave()
    {
        await Set!.DisposeAsync();
        Set = null;
    }

    public ChildView Child(int index = 0) => View.Children[index];

    public Task Becomes(string states) => Eventually.True(states, () => States == states, () => $"{States} {View}: {string.Join("; ", View.Children)}");

    public string States => string.Join(' ', View.Children.Select(child => child.State));

    /// <summary>Waits for a child's next life.</summary>
    public async Task<ProcessIdentity> Next(ProcessIdentity? before, int index = 0)
    {
        await Eventually.True("another life", () => Child(index) is { State: ChildState.Running, Identity: { } now } && now != before, () => $"{Child(index)}");
        return Child(index).Identity!.Value;
    }

    public string Output(string child = "orders")
    {
        string path = Path.Join(Folder, child + ".log");
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }

    public Task Says(string text, string child = "orders") => Eventually.True($"says {text}", () => Output(child).Contains(text, StringComparison.Ordinal) && IsKnown(child), () => $"{Output(child)} {Set?.List()[0].Children[0]}");

    /// <summary>It may have said something before its supervisor has said who it is.</summary>
    private bool IsKnown(string child) => Set is null || View.Children.Any(one => one.Name == child && one.Identity is not null);

    /// <summary>Reads a pid that a child has told, and who that is.</summary>
    public async Task<ProcessIdentity> Told(string child = "orders")
    {
        await Eventually.True("a pid", () => Output(child).Contains('\n', StringComparison.Ordinal) && IsKnown(child));
        ProcessIdentity identity = Identify(int.Parse(Output(child).Split('\n')[0], CultureInfo.InvariantCulture));
        lock (_seen) _seen.Add(identity);
        return identity;
    }

    public ProcessIdentity Identify(int pid)
    {
        using Pidfd pidfd = Pidfd.Open(pid)!;
        Assert.True(pidfd.TryReadInode(out ulong inode));
        return new ProcessIdentity(pid, inode, _proc.BootId);
    }

    /// <summary>Who is in a session.</summary>
    public static int[] Session(int session) =>
    [
        .. Directory.GetDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out int pid) ? pid : 0).Where(pid => pid > 0 && Stat(pid) is { IsZombie: false } stat && stat.Session == session),
    ];

    /// <summary>Null if it is gone.</summary>
    public static ProcStat? Stat(int pid)
    {
        try
        {
            return ProcStat.TryParse(File.ReadAllBytes($"/proc/{pid}/stat"), out ProcStat stat, out _) ? stat : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public bool Lives(ProcessIdentity identity)
    {
        using HeldProcess? held = HeldProcess.Open(_proc, identity, out _);
        return held is not null;
    }

    public void Signal(ProcessIdentity identity, int signal)
    {
        using HeldProcess? held = HeldProcess.Open(_proc, identity, out string? why);
        Assert.Null(why);
        Assert.Null(held!.Send(signal));
    }

    public Task Gone(ProcessIdentity identity) => Eventually.True($"{identity} is gone", () => !Lives(identity));

    /// <summary>An exporter of its own, with one child, orders; and who that is.</summary>
    public async Task<(Process Exporter, ProcessIdentity Child)> Exporter(params string[] command)
    {
        string program = Path.Join(Golden.Root(), "tests/targets/Supervise/bin/Release/net10.0/Supervise.dll");
        Process exporter = Process.Start(new ProcessStartInfo("dotnet", [program, State, "orders", .. command]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        string? line = await exporter.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience);
        Assert.True(ProcessIdentity.TryParse(line, out ProcessIdentity child), line);
        lock (_seen) _seen.Add(child);
        return (exporter, child);
    }

    /// <summary>A crash: SIGKILL.</summary>
    public async Task Crash(Process exporter)
    {
        Signal(Identify(exporter.Id), 9);
        await exporter.WaitForExitAsync(TestContext.Current.CancellationToken);
        exporter.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (Set is not null)
        {
            await Set.StopAllAsync(CancellationToken.None);
            await Set.DisposeAsync();
        }
        foreach (ProcessIdentity identity in _seen)
        {
            using HeldProcess? held = HeldProcess.Open(_proc, identity, out _);
            held?.Send(9);
        }
        _proc.Dispose();
        Directory.Delete(State, recursive: true);
    }
}

using System.Diagnostics;
using System.Net.Sockets;
using CsCheck;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Real runtimes that call, and others that do.</summary>
public sealed class DiagnosticPortTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("port-").FullName;
    private readonly List<int> _called = [];

    private string PortPath => Path.Join(_folder, "dotnet.sock");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("net8.0", "nosuspend")]
    [InlineData("net9.0", "suspend")]
    [InlineData("net10.0", "suspend")]
    [InlineData("net10.0", "nosuspend")]
    public async Task A_runtime_calls_once_and_goes_on(string framework, string mode)
    {
        await using DiagnosticPort port = Open();
        await using ShopTarget shop = await ShopTarget.StartOn(framework, Calling(mode)); // Which waits until it is ready.
        await Eventually.True("a call", () => Called().Length > 0);
        await shop.Do("order 10 Eile");
        Assert.Equal([shop.Pid], Called());
    }

    /// <summary>It is listened to before its first exception, whichever way it counts them.</summary>
    [Theory]
    [InlineData("net8.0")]
    [InlineData("net10.0")]
    public async Task Nothing_of_the_start_of_one_that_waits_is_missed(string framework)
    {
        var targets = new List<DotnetTarget>();
        await using DiagnosticPort port = DiagnosticPort.Open(PortPath, Listen, TimeProvider.System, out _)!;
        await using ShopTarget shop = await ShopTarget.StartOn(framework, Calling("suspend"), "--throw", "25");
        await using DotnetTarget target = Assert.Single(targets);
        await Eventually.True("all exceptions", () => target.Read(readings => readings.Events.Exceptions.GetValueOrDefault("InvalidOperationException")) == 25, () => target.Reason ?? "");
        if (framework == "net10.0")
            await Eventually.True("by its meter", () => target.Read(readings => readings.Series.Where(s => s.Instrument == "dotnet.exceptions").Sum(s => s.Value)) == 25);

        Task Listen(int pid)
        {
            var begun = new DotnetTarget(ShopTarget.Look(pid).Directory, new DotnetOptions(), TimeProvider.System);
            targets.Add(begun);
            return begun.Begun;
        }
    }

    [Fact]
    public async Task One_that_waits_is_not_kept_waiting_for_ever()
    {
        await using DiagnosticPort port = DiagnosticPort.Open(PortPath, _ => Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken), TimeProvider.System, out _)!;
        await using ShopTarget shop = await ShopTarget.StartOn("net10.0", Calling("suspend"));
        await shop.Do("collect");
    }

    [Fact]
    public async Task One_that_waits_when_we_leave_goes_on()
    {
        DiagnosticPort port = DiagnosticPort.Open(PortPath, CallForEver, TimeProvider.System, out _)!;
        Task<ShopTarget> starting = ShopTarget.StartOn("net10.0", Calling("suspend"));
        await Eventually.True("a call", () => Called().Length > 0);
        await port.DisposeAsync();
        await using ShopTarget shop = await starting;
        await shop.Do("collect");

        Task CallForEver(int pid)
        {
            _ = Call(pid);
            return Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A runtime that finds us gone together with a command does not read the command, and would wait for ever.</summary>
    [Fact]
    public async Task One_that_is_slow_to_hear_that_we_leave_goes_on()
    {
        DiagnosticPort port = DiagnosticPort.Open(PortPath, Stop, TimeProvider.System, out _)!;
        Task<ShopTarget> starting = ShopTarget.StartOn("net10.0", Calling("suspend"));
        await Eventually.True("a call", () => Called().Length > 0);
        Task left = port.DisposeAsync().AsTask();
        await Task.WhenAny(left, Task.Delay(TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken));
        Signal(Called()[0], "CONT");
        await left;
        await using ShopTarget shop = await starting;
        await shop.Do("collect");

        Task Stop(int pid)
        {
            Signal(pid, "STOP");
            _ = Call(pid);
            return Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
        }

        static void Signal(int pid, string name)
        {
            using var kill = Process.Start("kill", ["-" + name, $"{pid}"]);
            kill.WaitForExit();
        }
    }

    /// <summary>An observer does no harm: who waits for one that does not want it goes on without.</summary>
    [Theory]
    [InlineData("none")]
    [InlineData("name = \"nobody\"")]
    [InlineData("exclusions")]
    public async Task One_that_is_not_wanted_goes_on_and_is_not_listened_to(string attach)
    {
        Assert.True(Expression.TryParse("name = \"nobody\"", out Expression? nobody, out _));
        var options = new DotnetOptions { Port = PortPath, AttachesToNone = attach == "none", HasExclusions = attach == "exclusions", Attach = attach == nobody.Text ? nobody : null };
        using var proc = ProcFs.Open("/proc");
        using var targets = new DotnetTargets(proc, TimeProvider.System, new SignalBoard());
        targets.Configure(options, []);
        targets.BeginTick();
        await using ShopTarget shop = await ShopTarget.StartOn("net10.0", Calling("suspend"));
        await shop.Do("collect");
        (ProcessDirectory directory, _, _) = shop.Look();
        using (directory) Assert.Equal(0, EventSessions.Count(directory));
    }

    [Fact]
    public async Task Garbage_does_no_harm()
    {
        await using DiagnosticPort port = Open();
        Gen.OneOf(Gen.Byte.Array[0, 100], Gen.Byte.Array[0, 60].Select(tail => (byte[])[.. "ADVR_V1\0"u8, .. tail])).Sample(
            bytes =>
            {
                using Socket caller = Connect();
                caller.Send(bytes);
            },
            iter: 100,
            threads: 1);
        await using ShopTarget shop = await ShopTarget.StartOn("net10.0", Calling("suspend"));
        await Eventually.True("the call", () => Called().Contains(shop.Pid));
    }

    [Fact]
    public async Task A_place_that_is_taken_is_left_alone_and_one_that_was_left_is_taken()
    {
        await using (DiagnosticPort port = Open())
        {
            Assert.Null(DiagnosticPort.Open(PortPath, _ => Task.CompletedTask, TimeProvider.System, out string? taken));
            Assert.Contains("another process listens there", taken, StringComparison.Ordinal);
        }
        Assert.False(File.Exists(PortPath));
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(PortPath + ".left"));
            File.Move(PortPath + ".left", PortPath); // Or it would be removed with its socket.
        }
        Assert.True(File.Exists(PortPath));
        await using (DiagnosticPort port = Open()) Connect().Dispose();
        await File.WriteAllTextAsync(PortPath, "mine", TestContext.Current.CancellationToken);
        Assert.Null(DiagnosticPort.Open(PortPath, _ => Task.CompletedTask, TimeProvider.System, out _));
        Assert.Equal("mine", await File.ReadAllTextAsync(PortPath, TestContext.Current.CancellationToken));
        Assert.Null(DiagnosticPort.Open(Path.Join(_folder, "nowhere/dotnet.sock"), _ => Task.CompletedTask, TimeProvider.System, out string? nowhere));
        Assert.Contains("to exist", nowhere, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_says_at_each_tick_how_it_stands_with_the_port()
    {
        var signals = new SignalBoard();
        var lost = new List<SignalStatus>();
        signals.Lost = lost.Add;
        using var proc = ProcFs.Open("/proc");
        using var targets = new DotnetTargets(proc, TimeProvider.System, signals);
        string path = Path.Join(_folder, "later/dotnet.sock");
        targets.Configure(new DotnetOptions { AttachesToNone = true, Port = path }, []);
        Assert.Equal([false], Tick());
        Assert.Equal([false], Tick());
        Assert.Contains(path, Assert.Single(lost).Reason, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Assert.Equal([true], Tick());
        File.Delete(path);
        Assert.Equal([true], Tick());
        Assert.True(File.Exists(path));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Assert.Equal([false], Tick());
        targets.Configure(null, []);
        Assert.Equal([], Tick());
        Assert.False(File.Exists(path));

        bool[] Tick()
        {
            targets.BeginTick();
            signals.EndTick();
            return [.. signals.List.Where(signal => signal.Name == DotnetTargets.PortSignal).Select(signal => signal.Available)];
        }
    }

    private DiagnosticPort Open() => DiagnosticPort.Open(PortPath, Call, TimeProvider.System, out string? problem) ?? throw new InvalidOperationException(problem);

    private Dictionary<string, string> Calling(string mode) => new() { ["DOTNET_DiagnosticPorts"] = $"{PortPath},connect,{mode}" };

    private Task Call(int pid)
    {
        lock (_called) _called.Add(pid);
        return Task.CompletedTask;
    }

    private int[] Called()
    {
        lock (_called) return [.. _called];
    }

    private Socket Connect()
    {
        var caller = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        caller.Connect(new UnixDomainSocketEndPoint(PortPath));
        return caller;
    }
}

using System.Diagnostics;
using System.Text.Json;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>A run of tests/targets/Shop. It ends when this object is disposed, and also when the test host dies: its input ends then.</summary>
internal sealed class ShopTarget : IAsyncDisposable
{
    private static readonly JsonSerializerOptions CamelCase = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly Process _process;

    private ShopTarget(Process process) => _process = process;

    /// <summary>Of the program itself, as we see it.</summary>
    public int Pid { get; private set; }

    /// <summary>Starts it on the runtime of this test and waits until it is ready.</summary>
    /// <param name="prefix">A command that starts it, and its arguments; the program is then its only child.</param>
    public static Task<ShopTarget> Start(IReadOnlyDictionary<string, string>? environment = null, params string[] prefix) =>
        Start([.. prefix, .. Command()], environment, isChild: prefix.Length > 0);

    /// <summary>Starts it, and does not wait until it is ready. It ends with its input.</summary>
    public static Process Launch() => Launch(Command(), null);

    /// <summary>The same on a runtime of its own.</summary>
    /// <param name="framework">net8.0 or net9.0, as `make test` publishes it; or net10.0.</param>
    public static Task<ShopTarget> StartOn(string framework)
    {
        if (framework == "net10.0") return Start();
        string program = Path.Join(Golden.Root(), "artifacts/targets", framework, "Shop");
        Assert.SkipUnless(File.Exists(program), $"{program} is missing: make targets publishes it.");
        return Start([program], null, isChild: false);
    }

    private static async Task<ShopTarget> Start(string[] line, IReadOnlyDictionary<string, string>? environment, bool isChild)
    {
        var target = new ShopTarget(Launch(line, environment));
        Assert.Equal("ready", await target.Line());
        int pid = target._process.Id;
        target.Pid = isChild ? int.Parse(File.ReadAllText($"/proc/{pid}/task/{pid}/children").Trim(), null) : pid;
        return target;
    }

    private static Process Launch(string[] line, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static string[] Command() => ["dotnet", Path.Join(Golden.Root(), "tests/targets/Shop/bin/Release/net10.0/Shop.dll")];

    /// <summary>Has it do something.</summary>
    public async Task Do(string order)
    {
        await _process.StandardInput.WriteLineAsync(order);
        Assert.Equal("done", await Line());
    }

    /// <summary>What it knows of itself.</summary>
    public Task<ShopReport> Report() => Ask<ShopReport>("report");

    /// <summary>Has it answer.</summary>
    public async Task<T> Ask<T>(string order)
    {
        await _process.StandardInput.WriteLineAsync(order);
        return JsonSerializer.Deserialize<T>(await Line(), CamelCase)!;
    }

    /// <summary>Sends it a signal, by name.</summary>
    public void Signal(string name) => Assert.True(TrySignal(name));

    /// <summary>Ends its input, and so it.</summary>
    public async Task End()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Its /proc files.</summary>
    public (ProcessDirectory Directory, ProcStat Stat, ProcStatus Status) Look() => Look(Pid);

    public static (ProcessDirectory Directory, ProcStat Stat, ProcStatus Status) Look(int pid)
    {
        using ProcFs proc = ProcFs.Open("/proc");
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(pid, out ProcessDirectory? directory));
        byte[] buffer = new byte[8192];
        Assert.Equal(ReadOutcome.Ok, directory!.ReadStat(buffer, out ProcStat stat, out _));
        Assert.Equal(ReadOutcome.Ok, directory.ReadStatus(buffer, out ProcStatus status));
        return (directory, stat, status);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            TrySignal("KILL"); // Which ends one that is stopped too, unless it has ended by now. What started it ends with it.
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
    }

    private bool TrySignal(string name)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", ["-" + name, $"{Pid}"]) { RedirectStandardError = true })!;
        kill.WaitForExit();
        return kill.ExitCode == 0;
    }

    private async Task<string> Line() =>
        await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30))
        ?? throw new InvalidOperationException("The shop has ended.");
}

/// <summary>What a shop knows of itself.</summary>
internal sealed record ShopReport(long Orders, int Collections, int Gen2, int Pid);

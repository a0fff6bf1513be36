using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ProcessArsenal.Tests;

/// <summary>A run of one of tests/targets. It ends when this object is disposed, and also when the test host dies: its input ends then.</summary>
internal abstract class TargetProgram : IAsyncDisposable
{
    private static readonly JsonSerializerOptions CamelCase = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly Process _process;

    protected TargetProgram(string[] line, IReadOnlyDictionary<string, string>? environment = null)
    {
        _process = Launch(line, environment);
        Pid = _process.Id;
    }

    /// <summary>Of the program itself, as we see it.</summary>
    public int Pid { get; private set; }

    /// <summary>As a label of its series: <c>pid=4711</c>.</summary>
    public string Label => string.Create(CultureInfo.InvariantCulture, $"pid={Pid}");

    /// <summary>What starts a program.</summary>
    /// <param name="framework">net8.0 or net9.0 with a runtime of its own, as `make targets` publishes it; or net10.0, on that of this test.</param>
    protected static string[] Command(string name, string framework = "net10.0")
    {
        if (framework == "net10.0") return ["dotnet", Path.Join(Golden.Root(), "tests/targets", name, "bin/Release/net10.0", name + ".dll")];
        string program = Path.Join(Golden.Root(), "artifacts/targets", name, framework, name);
        Assert.SkipUnless(File.Exists(program), $"{program} is missing: make targets publishes it.");
        return [program];
    }

    protected static Process Launch(string[] line, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Waits until a program is ready, and gives it; one that does not become so is ended.</summary>
    /// <param name="isChild">The program is the only child of what was started.</param>
    protected static async Task<T> Ready<T>(T target, bool isChild = false)
        where T : TargetProgram
    {
        try
        {
            string line = await target.Line();
            // A runtime that waits to be resumed says so after five seconds, which pass on a busy machine, and by which variable.
            while (line.StartsWith("The runtime has been configured to pause", StringComparison.Ordinal) || line.StartsWith("DOTNET_", StringComparison.Ordinal)) line = await target.Line();
            target.IsReady(line);
            int pid = target.Pid;
            if (isChild) target.Pid = int.Parse((await File.ReadAllTextAsync($"/proc/{pid}/task/{pid}/children")).Trim(), CultureInfo.InvariantCulture);
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>Checks its first line.</summary>
    protected virtual void IsReady(string line) => Assert.Equal("ready", line);

    /// <summary>Has it do something.</summary>
    public async Task Do(string order) => Assert.Equal("done", await Ask(order));

    /// <summary>Gives it a line, and its answer.</summary>
    protected async Task<string> Ask(string order)
    {
        await _process.StandardInput.WriteLineAsync(order);
        return await Line();
    }

    /// <summary>Has it tell something.</summary>
    public async Task<T> Ask<T>(string order) => Read<T>(await Ask(order));

    protected static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, CamelCase)!;

    /// <summary>Sends it a signal, by name.</summary>
    public void Signal(string name) => Assert.True(TrySignal(name));

    /// <summary>Stops it by SIGSTOP, which a busy machine takes its time to bring to all its threads: by then none of them runs.</summary>
    public async Task Stop()
    {
        Signal("STOP");
        await Eventually.True("all its threads are stopped", () => Directory.GetDirectories($"/proc/{Pid}/task").All(IsStopped));

        static bool IsStopped(string thread)
        {
            try
            {
                return File.ReadAllText(thread + "/stat").Contains(") T ", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false; // It has ended meanwhile: look again.
            }
        }
    }

    /// <summary>Ends its input, and so it.</summary>
    public async Task End()
    {
        _process.StandardInput.Close();
        await Ended();
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task Ended()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, _process.ExitCode);
    }

    public virtual async ValueTask DisposeAsync()
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
        ?? throw new InvalidOperationException("The target has ended.");
}

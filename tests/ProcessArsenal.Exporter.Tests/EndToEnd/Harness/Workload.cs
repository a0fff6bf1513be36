using System.Diagnostics;
using System.Text.Json;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>What the kernel told a workload about itself and its copies (getrusage, /proc/self/io, its own count of descriptors).</summary>
internal sealed record Truth(
    int Processes, double UserSeconds, double SystemSeconds, long MinorFaults, long MajorFaults,
    long ReadBytes, long WriteBytes, long Threads, long Fds, long VoluntarySwitches, long InvoluntarySwitches)
{
    public double CpuSeconds => UserSeconds + SystemSeconds;
}

/// <summary>One run of tests/workload. It ends when this object is disposed, and also when the test host dies: its stdin ends then.</summary>
internal sealed class Workload : IAsyncDisposable
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private readonly Process _process;

    private Workload(Process process) => _process = process;

    public int Pid => _process.Id;

    /// <summary>Starts the program under a name of its own, so that it has an executable of its own, and waits until it is ready.</summary>
    public static async Task<Workload> Start(Scratch scratch, string name, params string[] arguments)
    {
        Workload workload = Launch(scratch, name, [], arguments);
        await workload.Expect("ready");
        return workload;
    }

    /// <summary>Starts another program under a name of its own; it has to say "ready" and to end with its stdin too.</summary>
    public static async Task<Workload> StartOther(Scratch scratch, string program, string name, params string[] arguments)
    {
        Workload workload = Launch(scratch, name, [], arguments, program);
        await workload.Expect("ready");
        return workload;
    }

    public static async Task<Workload> StartAsNobody(Scratch scratch, string name, params string[] arguments)
    {
        Workload workload = Launch(scratch, name, Users.AsNobody, arguments);
        await workload.Expect("ready");
        return workload;
    }

    private static Workload Launch(Scratch scratch, string name, string[] prefix, string[] arguments, string? program = null)
    {
        string[] line = [.. prefix, scratch.CopyProgram(program ?? Repository.Workload, name), .. arguments];
        ProcessStartInfo start = new(line[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = scratch.Folder,
        };
        foreach (string argument in line.Skip(1))
            start.ArgumentList.Add(argument);
        return new Workload(Process.Start(start)!);
    }

    /// <summary>Copies made by fork alone: they belong to this executable from their first moment, and are ready on return.</summary>
    public Task Spawn(int count) => Obey($"spawn {count}");

    public Task Exit(int count, int code) => Obey($"exit {count} {code}");

    public Task Kill(int count, int signal) => Obey($"kill {count} {signal}");

    public Task BurnCpu(int milliseconds) => Obey($"cpu {milliseconds}");

    /// <summary>Threads that come and go, one after the other.</summary>
    public Task Threads(int count) => Obey($"threads {count}");

    /// <summary>Ends threads of --workers, the last ones first; they are gone on return.</summary>
    public Task Retire(int count) => Obey($"retire {count}");

    /// <summary>Ends that are easily misread: see tests/workload/odd.c.</summary>
    public Task ThreadExecutes(int exitCode) => Obey($"thread-exec {exitCode}");

    /// <inheritdoc cref="ThreadExecutes"/>
    public Task MainThreadLeaves(int exitCode) => Obey($"main-leaves {exitCode}");

    /// <inheritdoc cref="ThreadExecutes"/>
    public Task Orphan(string program, int cpuMilliseconds) => Obey($"orphan {cpuMilliseconds} {program}");

    /// <summary>Children, one after the other, that do nothing.</summary>
    public Task Brief(int count) => Obey($"brief {count}");

    public Task Rename(byte[] name) => Obey("rename " + Convert.ToHexString(name));

    /// <summary>Becomes another program; it says "ready" as the first one did.</summary>
    public async Task Exec(string path, string arguments = "")
    {
        await Send($"exec {path} {arguments}".TrimEnd());
        await Expect("ready");
    }

    public async Task<Truth> Report()
    {
        await Send("report");
        return JsonSerializer.Deserialize<Truth>(await Line(), SnakeCase)!;
    }

    /// <summary>The account that --churn prints at its end.</summary>
    public async Task<ChurnTruth> ChurnReport(TimeSpan within) => JsonSerializer.Deserialize<ChurnTruth>(await Line(within), SnakeCase)!;

    /// <summary>The account that --burst prints at its end.</summary>
    public async Task<BurstTruth> BurstReport(TimeSpan within) => JsonSerializer.Deserialize<BurstTruth>(await Line(within), SnakeCase)!;

    private async Task Obey(string order)
    {
        await Send(order);
        await Expect("done");
    }

    private async Task Send(string line)
    {
        await _process.StandardInput.WriteAsync(line + "\n");
        await _process.StandardInput.FlushAsync();
    }

    private async Task Expect(string expected) => Assert.Equal(expected, await Line());

    private async Task<string> Line(TimeSpan? within = null)
    {
        string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(within ?? TimeSpan.FromSeconds(120));
        return line ?? throw new InvalidOperationException($"The workload ended; exit code {await ExitCode()}.");
    }

    /// <summary>Ends its stdin and waits: the exit code, or 128 + signal.</summary>
    public async Task<int> ExitCode()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Eventually.Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().WaitAsync(Eventually.Patience);
        }
        catch (Exception error) when (error is IOException or TimeoutException)
        {
            Signals.Send(_process, Signals.Kill); // closing what is left to write to an ended process gives EPIPE
        }

        _process.Dispose();
    }
}

/// <summary>What --burst did, as wait4(2) told the parent.</summary>
internal sealed record BurstTruth(long Success, long Failure, long Signal, double CpuSeconds, double Seconds)
{
    public long All => Success + Failure + Signal;
}

internal sealed record Outcomes(long Success, long Failure, long Signal)
{
    public long All => Success + Failure + Signal;
}

/// <summary>What --churn did: "long" children live for long enough that every tick must have seen them.</summary>
internal sealed record ChurnTruth(long Started, double Seconds, double ChildrenCpuSeconds, Outcomes Short, Outcomes Long);

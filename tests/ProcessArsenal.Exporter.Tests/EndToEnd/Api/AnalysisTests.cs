using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Api;

/// <summary>Real processes of which it is known what is wrong with them: each is named, with the reason.</summary>
public sealed class AnalysisTests(ApiExporter fixture, ITestOutputHelper output) : IClassFixture<ApiExporter>
{
    /// <summary>A zombie is one after a minute.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private string Suffix => fixture.Name[4..];

    [Fact]
    public async Task What_is_wrong_is_named_with_the_reason()
    {
        string sh = Copy("/bin/sh", "crash"), storming = Copy("/bin/sh", "storm"), bash = Copy("/bin/bash", "fds"), sleep = Copy("/bin/sleep", "zombie");
        using Process crashing = Start("/bin/sh", "-c", "while :; do \"$0\" -c 'sleep 0.4; exit 3'; done", sh);
        using Process storm = Start("/bin/sh", "-c", "while :; do \"$0\" -c :; sleep 0.01; done", storming);
        using Process full = Start(bash, "-c", "ulimit -n 20; i=3; while [ $i -lt 18 ]; do eval \"exec $i</dev/null\"; i=$((i+1)); done; read line");
        using Process zombies = Start("/bin/sh", "-c", "/bin/true & /bin/true & exec \"$0\" 1000", sleep);
        using Process stopped = Start("/bin/sh", "-c", "kill -STOP $$");
        // Of six equals one works, some 15 ms of every 40.
        string equal = Copy("/bin/bash", "equal");
        Process[] equals = [.. Enumerable.Range(0, 6).Select(i => Start(equal, "-c", i > 0 ? "read line" : "while :; do for ((i = 0; i < 8000; i++)); do :; done; read -t 0.02 line; done"))];
        // It waits to write to one that does not read.
        string writing = Copy("/bin/bash", "writes"), reading = Copy("/bin/sleep", "deaf");
        using Process stuck = Start("/bin/sh", "-c", $"exec '{writing}' -c 'while echo a line that nobody reads; do :; done | exec {reading} 170'");
        Process[] all = [crashing, storm, full, zombies, stopped, stuck, .. equals];
        try
        {
            JsonElement loop = await Find("crash_loop", found => Group(found) == Path.GetFileName(sh));
            Assert.Contains("exit code 3", What(loop), StringComparison.Ordinal);
            Assert.Equal("warning", loop.GetProperty("severity").GetString()); // A shell starts it again, which may be a script that waits for something.
            JsonElement storms = await Find("fork_storm", found => Group(found) == Path.GetFileName(storming));
            Assert.Equal(storm.Id, Pid(storms));
            Assert.Contains($"most of them by sh ({storm.Id})", What(storms), StringComparison.Ordinal);
            Assert.Contains(" of the 20 descriptors that it may have (", What(await Find("descriptors_near_limit", found => Pid(found) == full.Id)), StringComparison.Ordinal);
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"kill -CONT {stopped.Id}"), (await Find("stopped", found => Pid(found) == stopped.Id)).GetProperty("advice").GetString()!.Split(';')[0]);
            Assert.StartsWith("2 of its children have ended", What(await Find("zombies", found => Pid(found) == zombies.Id)), StringComparison.Ordinal);
            JsonElement busy = await Find("outlier_cpu", found => Group(found) == Path.GetFileName(equal));
            Assert.Equal(equals[0].Id, Pid(busy));
            Assert.Contains(" MADs above the median of the 6 members of its group, 0 cores, for a minute", What(busy), StringComparison.Ordinal);
            JsonElement pipe = await Find("stuck_pipe", found => Group(found) == Path.GetFileName(reading));
            Assert.Matches("^e2e-writes-[0-9a-f]{4} \\([0-9]+\\) has waited for room in a pipe for a minute, and does nothing else: e2e-deaf-[0-9a-f]{4} \\([0-9]+\\) has the other end, and does not read$", What(pipe));
            Command analyze = await Command.Run(Repository.Program, ["analyze", "--server", fixture.Client.Address, "--token-file", fixture.Client.TokenFile]);
            Assert.Equal((0, ""), (analyze.ExitCode, analyze.Error));
            // Not the loop: beside tests that start hundreds of processes a second, what it did falls out of the events that are remembered.
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"! stopped: sh {stopped.Id}"), analyze.Output.Split('\n'));
            output.WriteLine(analyze.Output);
        }
        finally
        {
            foreach (Process process in all) await End(process);
            foreach (Process process in equals) process.Dispose();
        }
    }

    [Fact]
    public async Task Without_a_daemon_what_two_samples_tell_is_told()
    {
        using Process stopped = Start("/bin/sh", "-c", "kill -STOP $$");
        try
        {
            await Eventually.True("it is stopped", () => File.ReadAllText($"/proc/{stopped.Id}/stat").Contains(") T ", StringComparison.Ordinal));
            JsonElement report = JsonDocument.Parse((await Command.Run(Repository.Program, ["analyze", "--output", "json"])).Output).RootElement;
            Assert.Contains(report.GetProperty("findings").EnumerateArray(), found => Kind(found) == "stopped" && Pid(found) == stopped.Id);
            Assert.False(report.TryGetProperty("lifecycle", out _));
            JsonElement shells = Assert.Single(report.GetProperty("categories").EnumerateArray(), one => one.GetProperty("category").GetString() == "shell");
            Assert.True(shells.GetProperty("processes").GetInt32() >= 1);
            Assert.True(report.GetProperty("summary").GetProperty("processes").GetInt32() > 1);
            Command text = await Command.Run(Repository.Program, ["analyze"]);
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"! stopped: sh {stopped.Id}"), text.Output, StringComparison.Ordinal);
        }
        finally
        {
            await End(stopped);
        }
    }

    [Fact]
    public async Task Health_says_who_is_not_fit_and_why()
    {
        using Process stopped = Start(Copy("/bin/sh", "health"), "-c", "kill -STOP $$");
        try
        {
            JsonElement health = default;
            await Eventually.True("it is told", async () =>
            {
                health = await fixture.Client.Get("/api/v1/health");
                return health.GetProperty("unhealthy").EnumerateArray().Any(one => Pid(one) == stopped.Id);
            }, () => health.ToString());
            Assert.Equal("unhealthy", health.GetProperty("status").GetString());
            Assert.Equal("it is stopped", health.GetProperty("unhealthy").EnumerateArray().First(one => Pid(one) == stopped.Id).GetProperty("reason").GetString());
            JsonElement group = Assert.Single(health.GetProperty("groups").EnumerateArray(), one => Group(one)!.StartsWith("e2e-health-", StringComparison.Ordinal));
            Assert.Equal((1, 0, 1), (group.GetProperty("processes").GetInt32(), group.GetProperty("healthy").GetInt32(), group.GetProperty("unhealthy").GetInt32()));
            JsonElement good = Assert.Single(health.GetProperty("groups").EnumerateArray(), one => Group(one) == fixture.Name);
            Assert.Equal(1, good.GetProperty("healthy").GetInt32() + good.GetProperty("starting").GetInt32());
        }
        finally
        {
            await End(stopped);
        }
    }

    [Fact]
    public async Task Stats_tell_what_was_seen_and_what_it_cost()
    {
        JsonElement stats = await fixture.Client.Get("/api/v1/stats");
        Assert.True(stats.GetProperty("samples").GetInt64() >= 1 && stats.GetProperty("processes").GetInt32() > 1 && stats.GetProperty("groups").GetInt32() > 1);
        Assert.InRange(stats.GetProperty("own_memory").GetInt64(), 10 << 20, 500 << 20);
        Assert.InRange(stats.GetProperty("own_cpu_seconds").GetDouble(), 0.001, 1000);
        Assert.InRange(stats.GetProperty("sample_seconds").GetDouble(), 0.00001, 10);
        Assert.InRange((TimeProvider.System.GetUtcNow() - stats.GetProperty("since").GetDateTimeOffset()).TotalSeconds - stats.GetProperty("uptime_seconds").GetDouble(), -1, 5);
    }

    private async Task<JsonElement> Find(string kind, Func<JsonElement, bool> isIt)
    {
        JsonElement report = default;
        JsonElement found = default;
        await Eventually.True(kind, async () =>
        {
            report = await fixture.Client.Get("/api/v1/analysis");
            found = report.GetProperty("findings").EnumerateArray().FirstOrDefault(one => Kind(one) == kind && isIt(one));
            return found.ValueKind == JsonValueKind.Object;
        }, () => report.GetProperty("findings").ToString(), Patience);
        return found;
    }

    private string Copy(string program, string name) => fixture.Scratch.CopyProgram(program, $"e2e-{name}-{Suffix[..4]}");

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true })!;

    /// <summary>By its pid, and it is ours.</summary>
    private static async Task End(Process process)
    {
        using (Process kill = Process.Start("kill", ["-KILL", process.Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
    }

    private static string Kind(JsonElement found) => found.GetProperty("kind").GetString()!;

    private static string What(JsonElement found) => found.GetProperty("what").GetString()!;

    private static string? Group(JsonElement found) => found.TryGetProperty("group", out JsonElement group) ? group.GetString() : null;

    private static int? Pid(JsonElement found) => found.TryGetProperty("process", out JsonElement process) ? process.GetProperty("pid").GetInt32() : null;
}

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
        Process[] all = [crashing, storm, full, zombies, stopped];
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
            Command analyze = await Command.Run(Repository.Program, ["analyze", "--server", fixture.Client.Address, "--token-file", fixture.Client.TokenFile]);
            Assert.Equal((0, ""), (analyze.ExitCode, analyze.Error));
            foreach (string line in (string[])[$"! crash_loop: {Path.GetFileName(sh)}", string.Create(CultureInfo.InvariantCulture, $"! stopped: sh {stopped.Id}")]) Assert.Contains(line, analyze.Output.Split('\n'));
            output.WriteLine(analyze.Output);
        }
        finally
        {
            foreach (Process process in all) await End(process);
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

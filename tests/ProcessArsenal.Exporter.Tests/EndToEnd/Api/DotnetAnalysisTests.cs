using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Api;

/// <summary>Real .NET services of which it is known what they suffer from.</summary>
public sealed class DotnetAnalysisTests(ITestOutputHelper output)
{
    private const string MinutesVariable = "SCENE_MINUTES";

    [Fact]
    public async Task Services_whose_queue_grows_for_want_of_threads_are_named()
    {
        using var scratch = new Scratch();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "sampling: { interval: 1s }\n");
        using var client = new ControlClient(exporter);
        await using WorkerTarget old = await WorkerTarget.StartOn("net8.0"), starved = await WorkerTarget.StartOn("net10.0"), well = await WorkerTarget.StartOn("net10.0");
        foreach (WorkerTarget one in (WorkerTarget[])[old, starved]) await one.Do("starve 20"); // Of which one a second gets a thread: the pool adds no more.
        foreach (WorkerTarget one in (WorkerTarget[])[old, starved])
        {
            JsonElement found = default;
            await Eventually.True("it is named", async () => (found = (await Findings(client)).FirstOrDefault(finding => Kind(finding) == "starved_thread_pool" && Pid(finding) == one.Pid)).ValueKind == JsonValueKind.Object, within: TimeSpan.FromSeconds(150));
            output.WriteLine(found.ToString());
            Assert.Matches("^[0-9]+ work items wait for a thread of its pool, of which there are [0-9]+; for a minute there were never fewer than [0-9]+, and they become more", found.GetProperty("what").GetString());
            Assert.Equal("critical", found.GetProperty("severity").GetString());
        }
        Assert.DoesNotContain(await Findings(client), one => Pid(one) == well.Pid);
    }

    /// <summary>A leak can't be told from a sawtooth sooner than in eight minutes: `make scenes`.</summary>
    [Fact]
    public async Task A_service_that_leaks_is_named_and_one_that_gives_back_is_not()
    {
        var time = TimeSpan.FromMinutes(int.Parse(Environment.GetEnvironmentVariable(MinutesVariable) ?? "0", CultureInfo.InvariantCulture));
        Assert.SkipWhen(time == TimeSpan.Zero, "It takes twenty minutes: make scenes. The same by made-up series is in LeakJudgingTests and FindingsTests.");
        using var scratch = new Scratch();
        // A process tells its activities to one at a time: they are left to those who run beside this.
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "dotnet: { spans: { enabled: false } }\n");
        using var client = new ControlClient(exporter);
        await using WorkerTarget leaking = await WorkerTarget.StartOn("net10.0"), sawing = await WorkerTarget.StartOn("net10.0"), idle = await WorkerTarget.StartOn("net10.0");
        // Opens a file a second, and closes none.
        using var opening = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", "while read -r -t 1 end; [ $? -gt 128 ]; do exec {more}</dev/null; done"]) { RedirectStandardInput = true })!;
        await leaking.Do("leak 12");
        await sawing.Do("sawtooth 60 180");
        long began = TimeProvider.System.GetTimestamp();
        TimeSpan? after = null, opened = null;
        await Eventually.Every(TimeSpan.FromSeconds(10), time, async () =>
        {
            foreach (JsonElement found in await Findings(client))
            {
                if (Pid(found) == opening.Id && Kind(found) == "descriptor_leak" && opened is null) output.WriteLine($"{opened = TimeProvider.System.GetElapsedTime(began)}: {found}");
                if (Pid(found) != leaking.Pid && Pid(found) != sawing.Pid && Pid(found) != idle.Pid) continue;
                Assert.True(Kind(found) == "memory_leak" && Pid(found) == leaking.Pid, found.ToString());
                if (after is null) output.WriteLine($"{after = TimeProvider.System.GetElapsedTime(began)}: {found}");
            }
        });
        Assert.True(after is not null, "The leak was not named.");
        Assert.True(opened is not null, "That of descriptors was not named.");
        opening.StandardInput.Close();
        MetricsPage page = await exporter.Page();
        Assert.InRange(page.Value("process_memory_trend_bytes_per_second", Label(leaking)) ?? 0, 12e6 / 60 * 0.9, 12e6 / 60 * 1.15);
        Assert.InRange(page.Value("process_memory_trend_bytes_per_second", Label(sawing)) ?? double.NaN, -30_000, 30_000);
    }

    private static string Label(TargetProgram target) => string.Create(CultureInfo.InvariantCulture, $"pid={target.Pid}");

    private static async Task<JsonElement[]> Findings(ControlClient client) => [.. (await client.Get("/api/v1/analysis")).GetProperty("findings").EnumerateArray()];

    private static string Kind(JsonElement found) => found.GetProperty("kind").GetString()!;

    private static int? Pid(JsonElement found) => found.TryGetProperty("process", out JsonElement process) ? process.GetProperty("pid").GetInt32() : null;
}

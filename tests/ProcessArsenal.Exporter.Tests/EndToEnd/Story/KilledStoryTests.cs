using System.Text.Json;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Story;

/// <summary>The same when we are killed in the middle, and started again.</summary>
public sealed class KilledStoryTests
{
    [Fact]
    public async Task While_it_records_what_comes_next_is_done_by_the_next_run()
    {
        await using StoryScene scene = await StoryScene.Start(new StorySettings { Trace = TimeSpan.FromSeconds(5) });
        await scene.Leak();
        await Eventually.True("it records", async () => (await scene.Client.Get("/api/v1/traces")).GetProperty("traces").EnumerateArray().Any(static one => StoryScene.Text(one, "state") == "recording"), () => scene.Exporter.Log, TimeSpan.FromSeconds(60));
        await scene.Exporter.Kill();
        scene.MayFireAgain = true;
        await scene.Again();
        Assert.Contains($"{StoryScene.Sick} was taken up: {scene.First}", scene.Exporter.Log, StringComparison.Ordinal); // Its child is what it was.
        JsonElement[] actions = await scene.IsHealedOnce(0, 1);
        Assert.Equal(("succeeded", scene.First), (StoryScene.Text(actions[1], "outcome"), StoryScene.Text(actions[1].GetProperty("result"), "old")));
        // The recording had begun; that it did not come to its end is said of it.
        JsonElement recording = (await scene.Client.Get("/api/v1/traces")).GetProperty("traces").EnumerateArray().Last();
        Assert.Equal(("done", "interrupted"), (StoryScene.Text(recording, "state"), StoryScene.Text(recording, "ended")));
    }

    [Fact]
    public async Task While_it_restarts_it_is_not_restarted_again()
    {
        await using StoryScene scene = await StoryScene.Start(new StorySettings());
        await scene.Leak();
        await scene.Action("trace");
        List<Task> reports = await Overlapping(scene);
        await Eventually.True("it is asked to end", async () => StoryScene.Text(await scene.Child(), "state") == "stopping", () => scene.Exporter.Log);
        Assert.Null(StoryScene.Text(await scene.Action("restart"), "outcome"));
        await scene.Exporter.Kill();
        scene.MayFireAgain = true;
        await scene.Again(); // Which finds it ending, or gone.
        await Task.WhenAll(reports).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        JsonElement[] actions = await scene.IsHealedOnce(0, 1);
        Assert.Equal("interrupted", StoryScene.Text(actions[1], "outcome"));
        Assert.Contains("the exporter ended before what came of it was recorded", StoryScene.Text(actions[1], "reason"), StringComparison.Ordinal);
    }

    /// <summary>So that there is one under way whenever it is asked to end, within the seconds that follow.</summary>
    private static async Task<List<Task>> Overlapping(StoryScene scene)
    {
        var reports = new List<Task>();
        await Eventually.True("the restart begins", async () =>
        {
            reports.Add(scene.Report());
            return (await scene.Actions()).Any(static one => StoryScene.Text(one, "action") == "restart");
        }, () => scene.Exporter.Log);
        return reports;
    }
}

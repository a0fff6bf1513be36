using System.Text.Json;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Story;

/// <summary>The same when Alertmanagers fail each other.</summary>
public sealed class ReplicaStoryTests
{
    [Fact]
    public async Task One_that_was_killed_before_is_made_up_for_by_the_other()
    {
        await using StoryScene scene = await StoryScene.Start(new StorySettings());
        scene.Alertmanagers.End(0); // Who would have delivered first.
        await scene.Leak();
        JsonElement[] actions = await scene.IsHealedOnce(1);
        Assert.Equal(scene.First, StoryScene.Text(actions[1].GetProperty("result"), "old"));
    }

    [Fact]
    public async Task Two_that_can_not_hear_each_other_both_deliver_and_it_is_done_once()
    {
        await using StoryScene scene = await StoryScene.Start(new StorySettings { IsClustered = false });
        await scene.Leak();
        await scene.Action("trace");
        await scene.Exporter.PageWhere("both have delivered", static page =>
            page.Value("process_controller_alerts_received_total", "status=firing", "outcome=accepted") == 1 && page.Value("process_controller_alerts_received_total", "status=firing", "outcome=duplicate") >= 1);
        await scene.IsHealedOnce(0, 1);
    }
}

using System.Text;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Story;

/// <summary>The same behind a network that holds deliveries, loses answers, and brings the first delivery again when all is over.</summary>
public sealed class NetworkStoryTests
{
    [Fact]
    public async Task What_comes_late_and_what_comes_again_changes_nothing()
    {
        BadNetwork? network = null;
        await using StoryScene scene = await StoryScene.Start(new StorySettings { Network = webhook => (network = new BadNetwork(webhook, holds: TimeSpan.FromSeconds(3), losesAnswers: 2)).Address });
        await using BadNetwork between = network!;
        await scene.Leak();
        await Eventually.True("answers are lost", () => between.Lost == 2, () => scene.Exporter.Log, TimeSpan.FromSeconds(60));
        await scene.IsHealedOnce(0, 1);
        MetricsPage page = await scene.Exporter.Page();
        Assert.Equal(1, page.Value("process_controller_alerts_received_total", "status=firing", "outcome=accepted"));

        // An alert that fires, heard of after its end: it is the one that is over.
        Answer late = await scene.Client.Ask(HttpMethod.Post, "/api/v1/alerts", scene.Client.Responder, request => request.Content = new StringContent(between.First!, Encoding.UTF8, "application/json"));
        Assert.Equal(202, late.Status);
        Assert.Contains("\"duplicate\"", late.Body, StringComparison.Ordinal);
        JsonElement[] actions = await scene.IsHealedOnce(0, 1);
        Assert.Equal(3, actions.Length);
    }
}

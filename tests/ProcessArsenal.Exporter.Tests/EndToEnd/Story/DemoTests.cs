using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Story;

/// <summary>What make demo shows, in its short form.</summary>
public sealed class DemoTests(ITestOutputHelper output)
{
    [Fact]
    public async Task It_tells_the_story_to_its_end_and_leaves_nothing_behind()
    {
        string demo = Path.Join(Repository.Root, "deploy/demo/Demo/bin/Release/net10.0/Demo.dll");
        Command run = await Command.Run("env", ["DEMO_FAST=1", $"PROCESS_ARSENAL={Repository.Program}", "dotnet", demo], within: TimeSpan.FromMinutes(2));
        output.WriteLine(run.Output);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        foreach (string said in (string[])["ProcessMemoryGrowing fires", "has delivered it", "trace", "restart", "verify", "alert is resolved", "whole:", "Ended all that was started"]) Assert.Contains(said, run.Output, StringComparison.Ordinal);
        string folder = run.Output.Split('\n').First(static line => line.Contains("Everything is in ", StringComparison.Ordinal)).Split("Everything is in ")[1].Split(',')[0];
        Assert.False(Directory.Exists(folder));
        Assert.DoesNotContain(Directory.GetDirectories("/proc"), process => Runs(process, folder));
    }

    private static bool Runs(string process, string folder)
    {
        try
        {
            return File.ReadAllText(process + "/cmdline").Contains(folder, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It has ended, or is none.
        }
    }
}

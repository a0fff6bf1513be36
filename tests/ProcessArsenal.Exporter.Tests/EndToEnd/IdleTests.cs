using System.Globalization;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>What it costs to be there when there is nothing to do.</summary>
[Collection(EndToEndTests.Name)]
public sealed class IdleTests(ITestOutputHelper output)
{
    /// <summary>Between two ticks: nothing polls. Four timers of 100 ms, which some limiters have, would be forty times a second.</summary>
    [Fact]
    public async Task Between_ticks_its_timers_wake_it_seldom()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "sampling: { interval: 1m }\ndotnet: { attach: none }\n");
        using var client = new ControlClient(exporter);
        _ = await client.Get("/api/v1/processes?limit=1"); // Whatever a first request begins is there.
        await exporter.Page();
        double least = double.PositiveInfinity;
        for (int i = 0; i < 3; i++)
        {
            long before = Switches(exporter.Pid);
            await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken); // What is measured.
            least = Math.Min(least, (Switches(exporter.Pid) - before) / 3.0);
        }
        output.WriteLine($"{least:0.0} a second");
        Assert.True(Switches(exporter.Pid) > 0); // It is the thread that is meant: the start has made it wait.
        Assert.InRange(least, 0, 20);
    }

    /// <summary>How often the thread of timers went to sleep.</summary>
    private static long Switches(int pid)
    {
        string thread = Directory.GetDirectories($"/proc/{pid}/task").Single(static task => File.ReadAllText(Path.Join(task, "comm")) == ".NET Timer\n");
        string line = File.ReadLines(Path.Join(thread, "status")).Single(static line => line.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(line.IndexOf('\t') + 1), CultureInfo.InvariantCulture);
    }
}

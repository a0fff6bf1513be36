using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Inspection;

/// <summary>More descriptors than a process may have on most machines: a tree of files stands in for its /proc.</summary>
public sealed class ManyDescriptorsTests
{
    private const int Count = 100_000;

    [Fact]
    public async Task All_of_a_hundred_thousand_are_counted_within_the_time_and_some_are_listed()
    {
        using var fixture = new FixtureProc();
        fixture.Process(10, process => process.Descriptors = [.. Enumerable.Repeat("/dev/null", Count)]);
        using ProcFs proc = ProcFs.Open(fixture.Root);
        var options = new InspectionOptions();
        long began = TimeProvider.System.GetTimestamp();
        ProcessInspection process = (await new ProcessInspector(proc, TimeProvider.System).InspectAsync(Subjects.Find(proc, 10), options, readSmaps: false, TestContext.Current.CancellationToken))!;
        Assert.True(TimeProvider.System.GetElapsedTime(began) < options.Deadline + TimeSpan.FromSeconds(1));
        Assert.Equal(Count, process.Descriptors!.Count);
        Assert.Equal(options.MostDescriptors, process.Descriptors.List!.Count);
        Assert.Equal(Count - options.MostDescriptors, process.Descriptors.Omitted);
        Assert.Contains(process.Unavailable!, static part => part.What == "descriptors");
        TestContext.Current.TestOutputHelper!.WriteLine($"{process.Took} s");
    }
}

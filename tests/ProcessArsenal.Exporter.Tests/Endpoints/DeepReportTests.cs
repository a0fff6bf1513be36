using System.Text.Json;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Tracing.Profiles;
using ProcessArsenal.Telemetry.Tracing.Reports;

namespace ProcessArsenal.Exporter.Tests.Endpoints;

/// <summary>Stacks of programs are deep: a request of ASP.NET Core has some forty methods below it before the program's own begins.</summary>
public sealed class DeepReportTests
{
    [Theory]
    [InlineData(30)]
    [InlineData(64)]
    public void A_call_tree_as_deep_as_it_may_be_is_written_and_read(int levels)
    {
        CallNode node = new("innermost", 1, 1, []);
        for (int i = 1; i < levels; i++) node = new CallNode($"level {i}", 1, 1, [node]);
        var report = new TraceReport
        {
            Trace = new TraceFacts("a", 1, DateTimeOffset.UnixEpoch, 1, 1, 0, null),
            Findings = [],
            Cpu = new CpuSection(1, false, 1, 0, 0, 1, [], [node]),
        };
        foreach (ViewJson context in (ViewJson[])[ViewJson.Default, ViewJson.OneLine])
        {
            CallNode read = JsonSerializer.Deserialize(JsonSerializer.Serialize(report, context.TraceReport), context.TraceReport)!.Cpu!.Tree[0];
            for (int i = 1; i < levels; i++) read = read.Calls[0];
            Assert.Equal("innermost", read.Method);
        }
    }
}

using System.Text;
using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Tests.Flows;

public sealed class FlowCountersTests
{
    private readonly FlowCounters _counters = new();

    [Fact]
    public void Bytes_add_up_by_pair_of_groups()
    {
        Assert.Null(_counters.Rows);
        for (int i = 0; i < 2; i++) _counters.Add(new FlowReport { Pairs = [Pair("a", "b", 100), Pair("a", "b", 11), Pair("b", "a", null), Pair("b", "c", 0)] }, GroupOf);
        FlowCounterRow row = Assert.Single(_counters.Rows!);
        Assert.Equal("source=\"a\",destination=\"b\",transport=\"tcp\"", Encoding.UTF8.GetString(row.Labels));
        Assert.Equal(222, row.Bytes);
    }

    [Fact]
    public void There_are_only_so_many_and_what_comes_after_is_one_more()
    {
        _counters.Add(new FlowReport { Pairs = [.. Enumerable.Range(0, FlowCounters.Most + 50).Select(static i => Pair($"g{i}", "b", 10))], Other = new FlowRemainder(7, 1) }, GroupOf);
        Assert.Equal(FlowCounters.Most + 1, _counters.Rows!.Length);
        Assert.Equal((FlowCounters.Most + 50) * 10 + 7, _counters.Rows.Sum(static row => row.Bytes));
        Assert.Equal(507, _counters.Rows.Single(static row => Encoding.UTF8.GetString(row.Labels).StartsWith("source=\"other\"", StringComparison.Ordinal)).Bytes);
    }

    private static FlowPair Pair(string from, string to, ulong? bytes) => new(Party(from), Party(to), "tcp") { Bytes = bytes };

    private static FlowParty Party(string name) => new(new Relative("1-1-1", 1, name), null, IsLocal: true);

    private static string GroupOf(FlowParty party) => party.Process!.Name;
}

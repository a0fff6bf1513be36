using ProcessArsenal.Exporter.Commands.Top;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Tests.Commands.Top;

/// <summary>What is listed, and in which order.</summary>
public sealed class ListingOrderTests
{
    private static readonly ProcessRow[] Rows =
    [
        TopRows.Row(1, "b", "one", cpu: 0.5, memoryPages: 10),
        TopRows.Row(2, "a", "two", cpu: null, memoryPages: 20),
        TopRows.Row(3, "c", "one", cpu: 0.1, memoryPages: 30),
        TopRows.Row(4, "d", "two", cpu: 0.1, memoryPages: null),
        TopRows.Row(5, "kworker", "kernel", cpu: 2, kernel: true),
        TopRows.Row(6, "hidden", group: null, cpu: 0.1, memoryPages: 30),
    ];

    [Theory]
    [InlineData("cpu", false, new[] { 1, 3, 6, 4, 2 })]
    [InlineData("cpu", true, new[] { 3, 6, 4, 1, 2 })]
    [InlineData("memory", false, new[] { 3, 6, 2, 1, 4 })]
    [InlineData("memory", true, new[] { 1, 2, 3, 6, 4 })]
    [InlineData("pid", false, new[] { 1, 2, 3, 4, 6 })]
    [InlineData("pid", true, new[] { 6, 4, 3, 2, 1 })]
    [InlineData("name", false, new[] { 2, 1, 3, 4, 6 })]
    [InlineData("group", false, new[] { 1, 3, 2, 4, 6 })]
    [InlineData("group", true, new[] { 2, 4, 1, 3, 6 })]
    public void Sorts_with_the_unreadable_last(string sort, bool reversed, int[] pids) =>
        Assert.Equal(pids, Pids(new TopState { Sort = ColumnCatalogue.Find(sort), Reversed = reversed }));

    [Fact]
    public void Kernel_threads_are_listed_when_asked_for()
    {
        Assert.Equal(5, Pids(new TopState { Kernel = true })[0]);
        Assert.Equal([5], Pids(new TopState { Where = Parse("name = \"kworker\"") }));
    }

    [Fact]
    public void Filters_and_limits() => Assert.Equal([3, 6], Pids(new TopState { Where = Parse("cpu < 20%"), Limit = 2 }));

    [Fact]
    public void A_group_with_a_member_that_can_not_be_read_is_at_least_its_sum()
    {
        var listing = new Listing();
        listing.Build(Rows, new TopState { Grouped = true });
        Assert.Equal(["one", "two"], Enumerable.Range(0, listing.Count).Select(line => listing.Groups.NameOf(listing[line])));
        Column cpu = ColumnCatalogue.Find("cpu");
        Assert.Equal(0.6, listing.Groups.Value(listing[0], cpu, out bool isPartial)!.Value, 9);
        Assert.False(isPartial);
        Assert.Equal(0.1, listing.Groups.Value(listing[1], cpu, out isPartial));
        Assert.True(isPartial);
        Assert.Null(listing.Groups.Value(listing[0], ColumnCatalogue.Find("wait"), out _));
    }

    [Fact]
    public void Words_and_keys_name_one_column_each()
    {
        Assert.Equal(ColumnCatalogue.All.Length, ColumnCatalogue.SortWords.Distinct().Count());
        char[] keys = [.. ColumnCatalogue.All.Select(column => column.Key).Where(key => key != '\0')];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.DoesNotContain(keys, key => "qhrgk/+-=_? ".Contains(key, StringComparison.Ordinal));
        Assert.All(ColumnCatalogue.All, column => Assert.True(column.Number is null != column.Text is null, column.Word));
        Assert.All(ColumnCatalogue.All, column => Assert.True(column.Fold == Fold.None || column.Number is not null, column.Word));
    }

    /// <summary>Two thousand processes, on a large screen: next to nothing is allocated, whatever the number of processes.</summary>
    [Theory]
    [InlineData(false, 64)]
    [InlineData(true, 128)]
    public void A_refresh_allocates_only_for_what_is_seen(bool grouped, int kibibytes)
    {
        ProcessRow[] rows = [.. Enumerable.Range(1, 2000).Select(pid => TopRows.Row(pid, cpu: pid % 97 / 100.0, memoryPages: pid, group: $"group-{pid % 200}"))];
        TopScreen screen = TopRows.Screen(StyleSupport.Colours);
        var painter = new FramePainter();
        var listing = new Listing();
        var state = new TopState { Grouped = grouped };
        HostSummary host = TopRows.Host;
        RecentExit[] exits = TopRows.Exits;
        long allocated = 0;
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            listing.Build(rows, state);
            screen.Draw(rows, host, exits, listing, state, 200, 50);
            painter.Paint(screen.Frame);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.InRange(allocated, 0, kibibytes * 1024);
    }

    private static int[] Pids(TopState state)
    {
        var listing = new Listing();
        listing.Build(Rows, state);
        return [.. Enumerable.Range(0, listing.Count).Select(line => Rows[listing[line]].Sample.Identity.Pid)];
    }

    private static Expression Parse(string text)
    {
        Assert.True(Expression.TryParse(text, out Expression? expression, out ExpressionError? error), error?.Message);
        return expression;
    }
}

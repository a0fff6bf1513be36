using CsCheck;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Tests.Analysis;

/// <summary>Over snapshots made up by chance.</summary>
public sealed class ProcessQueryTests
{
    private static readonly string[] Names = ["a", "b", "", "Ab", "é"];

    /// <summary>Of each: CPU, which some have not, and a name.</summary>
    private static readonly Gen<(double?, string)[]> Processes = Gen.Select(Gen.OneOf(Gen.Const((double?)null), Gen.Int[0, 5].Select(n => (double?)n)), Gen.Int[0, 4].Select(n => Names[n])).Array[0, 40];

    [Theory]
    [InlineData("cpu")]
    [InlineData("name")]
    [InlineData("pid")]
    [InlineData("dead")]
    public void Page_after_page_gives_each_once_in_the_order_of_the_whole(string field) => Gen.Select(Processes, Gen.Bool, Gen.Int[1, 7]).Sample((processes, descending, size) =>
    {
        Snapshot snapshot = Make(processes);
        var whole = new ProcessQuery(null, FieldCatalogue.Find(field)!, descending);
        int[] expected = whole.Select(snapshot, out int total);
        Assert.Equal(processes.Length, total);
        var seen = new List<int>();
        ProcessPlace? after = null;
        while (true)
        {
            ProcessQuery query = whole with { After = after };
            int[] page = [.. query.Select(snapshot, out total).Take(size)];
            Assert.Equal(processes.Length, total);
            if (page.Length == 0) break;
            seen.AddRange(page);
            after = query.PlaceOf(snapshot.Processes[page[^1]]);
        }
        Assert.Equal(expected, seen);
    });

    [Fact]
    public void Those_without_a_value_come_last_either_way_and_equal_ones_by_pid()
    {
        Snapshot snapshot = Make([(null, "a"), (1, "b"), (3, "c"), (1, "d"), (null, "e")]);
        Assert.Equal([2, 1, 3, 0, 4], new ProcessQuery(null, FieldCatalogue.Find("cpu")!, true).Select(snapshot, out _));
        Assert.Equal([1, 3, 2, 0, 4], new ProcessQuery(null, FieldCatalogue.Find("cpu")!, false).Select(snapshot, out _));
    }

    [Fact]
    public void Only_what_is_surely_true_is_selected()
    {
        Snapshot snapshot = Make([(null, "a"), (1, "b"), (3, "c")]);
        Assert.True(Expression.TryParse("not cpu > 2", out Expression? where, out _));
        Assert.Equal([1], new ProcessQuery(where, FieldCatalogue.Find("pid")!, false).Select(snapshot, out int total));
        Assert.Equal(1, total);
    }

    [Fact]
    public void A_pid_is_found_where_it_is() => Processes.Sample(processes =>
    {
        Snapshot snapshot = Make(processes);
        for (int pid = 0; pid <= 3 * processes.Length + 3; pid++)
        {
            int index = snapshot.IndexOf(pid);
            bool isThere = pid > 0 && pid % 3 == 0 && pid <= 3 * processes.Length;
            Assert.Equal(isThere ? pid / 3 - 1 : -1, index < 0 ? -1 : index);
        }
    });

    private static Snapshot Make((double? Cpu, string Name)[] processes)
    {
        var snapshot = new Snapshot();
        snapshot.Reset(processes.Length);
        for (int i = 0; i < processes.Length; i++)
        {
            ref ProcessRow row = ref snapshot.AddProcess();
            row.Sample.Identity = new ProcessIdentity(3 * (i + 1), 1, 1);
            row.Description = new ProcessDescription { Name = processes[i].Name };
            row.Rates.Cpu = processes[i].Cpu;
        }
        return snapshot;
    }
}

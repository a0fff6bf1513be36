using CsCheck;
using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>Who has a place in the table of groups when there are more names than places.</summary>
public sealed class GroupTableTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly GroupTable _table = new(CollectorCatalogue.Set, "group");
    private readonly double[] _counters = new double[CollectorCatalogue.CounterSlots];

    [Fact]
    public void A_flood_of_names_that_end_at_once_keeps_out_nobody_who_lives()
    {
        Configure(max: 50);
        for (int tick = 0; tick < 5; tick++) Tick([], [.. Enumerable.Range(0, 200).Select(i => $"flood-{tick}-{i}")]);
        string[] services = [.. Enumerable.Range(0, 50).Select(i => $"service-{i}")];
        Assert.Equal(services, Tick(services, [.. Enumerable.Range(0, 200).Select(i => $"more-{i}")]));
        Assert.Equal(services, Tick(services, [.. Enumerable.Range(0, 200).Select(i => $"still-{i}")]));
    }

    [Fact]
    public void The_group_that_has_been_empty_longest_gives_its_place()
    {
        Configure(max: 3);
        Tick(["first", "second", "third"], []);
        Tick(["first", "third"], []);
        Tick(["third"], []);
        Tick(["third"], []);
        Assert.Equal(["third", "new"], Tick(["third", "new"], []));
        Assert.Equal(["first", "new", "third"], Names());
        Assert.Equal((1, 0), (_table.Evicted, _table.Folded));
    }

    [Fact]
    public void The_last_exits_are_in_a_snapshot_before_the_place_is_given_away()
    {
        Configure(max: 1);
        Tick([], ["job"]);
        _table.BeginTick();
        Assert.Equal("next", Ended("next").Key.Name);
        Assert.Same(_table.Get(GroupTable.Other), Ended("third")); // The place was taken in this tick: its exits are to be published.
        _table.EndTick(_time.GetTimestamp(), _time);
        Assert.Equal(["next", "other"], Names());
    }

    [Fact]
    public void What_was_declared_and_the_group_of_the_rest_stay()
    {
        Configure(max: 2, new GroupKey("declared"));
        Tick(["a", "b"], []); // b is in other.
        Tick([], []);
        Tick(["c"], []);
        Assert.Equal(["c", "declared", "other"], Names());
        Assert.Equal(0, _table.Get(new GroupKey("declared")).Members);
        Assert.Equal((1, 1), (_table.Evicted, _table.Folded));
    }

    [Fact]
    public void One_that_comes_back_starts_anew()
    {
        Configure(max: 1);
        Tick([], ["job"]);
        GroupState before = _table.Get(new GroupKey("job"));
        Assert.Equal(1, Exits(before));
        Tick([], ["another"]);
        Assert.True(before.HasLeft);
        Tick([], ["job"]);
        GroupState after = _table.Get(new GroupKey("job"));
        Assert.NotSame(before, after);
        Assert.Equal(1, Exits(after));
    }

    [Fact]
    public void Whoever_lives_keeps_the_group_and_what_is_in_it_and_there_are_never_too_many()
    {
        Gen<int[]> names = Gen.Int[0, 15].Array[0, 12];
        Gen.Select(Gen.Int[1, 8], Gen.Select(names, names).Array[1, 20]).Sample((max, ticks) => new GroupTableTests().Live(max, ticks), iter: 2000);
    }

    private void Live(int max, (int[] Alive, int[] Ended)[] ticks)
    {
        Configure(max);
        Dictionary<string, (GroupState Group, double Exits)> before = [];
        foreach ((int[] alive, int[] gone) in ticks)
        {
            string[] living = [.. alive.Select(name => $"g{name}").Distinct()];
            long evicted = _table.Evicted;
            double sum = _table.All.Sum(Exits);
            string[] homes = Tick(living, [.. gone.Select(name => $"g{name}")]);
            Assert.InRange(_table.Count, 0, max + 1);
            // Who lived in the tick before kept the very same account, which has not fallen.
            foreach ((string name, (GroupState group, double exits)) in before)
            {
                Assert.False(group.HasLeft);
                Assert.InRange(Exits(group), exits, double.MaxValue);
                if (living.Contains(name)) Assert.Equal(name, homes[Array.IndexOf(living, name)]);
            }
            // Nobody is in the rest while a group that was empty in the tick before has a place.
            if (homes.Contains("other")) Assert.DoesNotContain(_table.All, group => group.Members == 0 && !group.HasEnded && group.EmptyTicks > 0 && !group.Key.Equals(GroupTable.Other));
            Assert.True(_table.Evicted > evicted || _table.All.Sum(Exits) == sum + gone.Length);
            before = living.Zip(homes).Where(pair => pair.First == pair.Second)
                .ToDictionary(pair => pair.First, pair => (_table.Get(new GroupKey(pair.First)), Exits(_table.Get(new GroupKey(pair.First)))));
        }
    }

    private void Configure(int max, params GroupKey[] declared) => _table.Configure(declared, max, TimeSpan.FromHours(1));

    /// <summary>One tick of the sampler: those alive are accounted first, then those that came and went.</summary>
    /// <returns>The groups of those alive.</returns>
    private string[] Tick(string[] alive, string[] ended)
    {
        _time.Advance(TimeSpan.FromSeconds(5));
        _table.BeginTick();
        string[] homes = [.. alive.Select(Alive)];
        foreach (string name in ended) Ended(name);
        _table.EndTick(_time.GetTimestamp(), _time);
        return homes;
    }

    private string Alive(string name)
    {
        GroupState group = _table.Get(new GroupKey(name));
        group.AddUnreadable(); // A member all the same.
        return group.Key.Name;
    }

    private GroupState Ended(string name)
    {
        GroupState group = _table.Get(new GroupKey(name));
        group.Count(LifecycleCollector.Exits, 0);
        group.AddEnded(new ProcessRow { Description = new ProcessDescription { Name = name } }, _counters);
        return group;
    }

    private string[] Names() => [.. _table.All.Select(group => group.Key.Name).Order(StringComparer.Ordinal)];

    private static double Exits(GroupState group)
    {
        double[] values = new double[CollectorCatalogue.GroupSlots];
        group.CopyTo(values, new bool[CollectorCatalogue.GroupSlots]);
        return values[LifecycleCollector.Exits.GroupSlot];
    }
}

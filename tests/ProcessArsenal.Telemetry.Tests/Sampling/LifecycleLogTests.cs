using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

public sealed class LifecycleLogTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly LifecycleLog _log = new();

    [Fact]
    public void What_happened_is_read_in_order_from_any_place_on()
    {
        _log.BeginTick(Start);
        Add(10);
        var events = new List<LifecycleEvent>();
        Assert.Equal(0, _log.Read(0, events, 4));
        Assert.Equal([1, 2, 3, 4], events.Select(happened => happened.Id));
        events.Clear();
        Assert.Equal(0, _log.Read(4, events, 100));
        Assert.Equal([5, 6, 7, 8, 9, 10], events.Select(happened => happened.Id));
        events.Clear();
        Assert.Equal(0, _log.Read(10, events, 100));
        Assert.Equal(0, _log.Read(99, events, 100));
        Assert.Empty(events);
    }

    [Fact]
    public void What_was_forgotten_is_counted_and_how_far_back_it_goes_is_said()
    {
        _log.BeginTick(Start);
        Add(LifecycleLog.Most + 100);
        var events = new List<LifecycleEvent>();
        Assert.Equal(90, _log.Read(10, events, 1));
        Assert.Equal(101, Assert.Single(events).Id);
        List<LifecycleEvent> since = _log.Since(Start, out DateTimeOffset from);
        Assert.Equal(LifecycleLog.Most, since.Count);
        Assert.Equal(Start.AddSeconds(101), from);
        Assert.Equal(3, _log.Since(Start.AddSeconds(LifecycleLog.Most + 98), out from).Count);
        Assert.Equal(Start.AddSeconds(LifecycleLog.Most + 98), from);
    }

    [Fact]
    public void Before_we_began_nothing_is_known()
    {
        _log.BeginTick(Start);
        _log.BeginTick(Start.AddSeconds(5));
        Assert.Empty(_log.Since(Start.AddHours(-1), out DateTimeOffset from));
        Assert.Equal(Start, from);
    }

    [Fact]
    public async Task Who_waits_is_told_at_the_end_of_the_tick_and_not_without_a_reason()
    {
        Task waiting = _log.WaitAsync(0, TestContext.Current.CancellationToken);
        _log.EndTick();
        Assert.False(waiting.IsCompleted);
        Add(1);
        Assert.False(waiting.IsCompleted);
        _log.EndTick();
        await waiting.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.True(_log.WaitAsync(0, TestContext.Current.CancellationToken).IsCompleted);
        Assert.False(_log.WaitAsync(1, TestContext.Current.CancellationToken).IsCompleted);
    }

    /// <summary>Each reader sees all of it once, while it is being written.</summary>
    [Fact]
    public async Task Readers_and_the_writer_do_not_get_in_each_others_way()
    {
        const int Count = 20_000;
        Task<int>[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            long last = 0;
            int read = 0;
            var events = new List<LifecycleEvent>();
            while (last < Count)
            {
                await _log.WaitAsync(last, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20));
                events.Clear();
                long lost = _log.Read(last, events, 500);
                Assert.NotEmpty(events); // Also where all was read before the tick ended.
                Assert.Equal(last + lost + 1, events[0].Id);
                Assert.All(events, happened => Assert.Equal(happened.Id, happened.Pid));
                read += events.Count + (int)lost;
                last = events[^1].Id;
            }
            return read;
        }))];
        for (int i = 0; i < Count / 100; i++)
        {
            Add(100);
            _log.EndTick();
            await Task.Yield();
        }
        Assert.All(await Task.WhenAll(readers), read => Assert.Equal(Count, read));
    }

    private void Add(int count)
    {
        for (int i = 0; i < count; i++)
        {
            int id = (int)_log.Last + 1;
            _log.Add(new LifecycleEvent(0, Start.AddSeconds(id), id % 2 == 0, id, null, 1, "name", "group", ExitOutcome.Success, 0, TimeSpan.FromSeconds(1), 0.1));
        }
    }
}

using ProcessArsenal.Control.Policies.Running;

namespace ProcessArsenal.Control.Tests.Policies;

public sealed class ForwardClockTests
{
    [Fact]
    public void A_clock_that_is_set_back_goes_on_and_one_that_is_set_forward_is_followed()
    {
        var time = new SetClock();
        var clock = new ForwardClock(time);
        DateTimeOffset began = clock.Now;
        time.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(began.AddMinutes(1), clock.Now);
        time.Set(TimeSpan.FromDays(365));
        Assert.Equal(began.AddDays(365).AddMinutes(1), clock.Now);
        time.Set(TimeSpan.FromDays(-365));
        time.Pass(TimeSpan.FromMinutes(10));
        Assert.Equal(began.AddDays(365).AddMinutes(10), clock.Now); // A tenth slower.
    }

    [Fact]
    public void A_small_correction_is_made_up_for()
    {
        var time = new SetClock();
        var clock = new ForwardClock(time);
        time.Set(TimeSpan.FromSeconds(-2));
        DateTimeOffset before = clock.Now;
        for (int i = 0; i < 30; i++)
        {
            time.Pass(TimeSpan.FromSeconds(1));
            Assert.True(clock.Now > before);
            before = clock.Now;
        }
        Assert.Equal(time.GetUtcNow(), clock.Now);
    }

    /// <summary>What time it is can be set, and time passes all the same.</summary>
    private sealed class SetClock : TimeProvider
    {
        private DateTimeOffset _told = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private long _passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => (_told, _passed) = (_told + time, _passed + time.Ticks);

        public void Set(TimeSpan by) => _told += by;

        public override DateTimeOffset GetUtcNow() => _told;

        public override long GetTimestamp() => _passed;
    }
}

using System.Globalization;
using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Control.Tests.Supervision;

/// <summary>The rules of supervisor(3), as a table.</summary>
public sealed class RestartPlanTests
{
    /// <summary>Children by a letter each: P permanent, T transient, X temporary; small: it does not run; !: an operator has stopped it.</summary>
    [Theory]
    [InlineData(RestartStrategy.OneForOne, 1, "PpP", "", "1")]
    [InlineData(RestartStrategy.OneForOne, 0, "pTX", "", "0")]
    [InlineData(RestartStrategy.OneForOne, 2, "PPp", "", "2")]
    [InlineData(RestartStrategy.OneForAll, 1, "PpP", "2 0", "0 1 2")]
    [InlineData(RestartStrategy.OneForAll, 0, "pPPP", "3 2 1", "0 1 2 3")]
    [InlineData(RestartStrategy.OneForAll, 0, "pXP", "2 1", "0 2")] // A temporary one is stopped, and not started again.
    [InlineData(RestartStrategy.OneForAll, 0, "pxP", "2", "0 2")] // Nor one that had ended.
    [InlineData(RestartStrategy.OneForAll, 0, "ptP", "2", "0 1 2")] // A transient one that had ended is started again.
    [InlineData(RestartStrategy.OneForAll, 0, "p!P", "2", "0 2")] // One that an operator has stopped is not.
    [InlineData(RestartStrategy.OneForAll, 2, "TTt", "1 0", "0 1 2")]
    [InlineData(RestartStrategy.RestForOne, 1, "PpPP", "3 2", "1 2 3")]
    [InlineData(RestartStrategy.RestForOne, 0, "pPP", "2 1", "0 1 2")]
    [InlineData(RestartStrategy.RestForOne, 2, "PPp", "", "2")]
    [InlineData(RestartStrategy.RestForOne, 1, "PpXT", "3 2", "1 3")]
    [InlineData(RestartStrategy.RestForOne, 1, "PptP", "3", "1 2 3")]
    [InlineData(RestartStrategy.RestForOne, 1, "!p!P", "3", "1 3")]
    public void Who_is_stopped_and_who_is_started(RestartStrategy strategy, int failed, string children, string stop, string start)
    {
        Sibling[] siblings = [.. children.Select(letter => new Sibling(
            char.ToUpperInvariant(letter) switch { 'T' => RestartType.Transient, 'X' => RestartType.Temporary, _ => RestartType.Permanent },
            IsAlive: char.IsUpper(letter), MayStart: letter != '!'))];
        RestartPlan plan = RestartPlan.For(strategy, failed, siblings);
        Assert.Equal((stop, start), (string.Join(' ', plan.Stop), string.Join(' ', plan.Start)));
    }

    [Theory]
    [InlineData(RestartType.Permanent, true, true)]
    [InlineData(RestartType.Permanent, false, true)]
    [InlineData(RestartType.Transient, true, false)]
    [InlineData(RestartType.Transient, false, true)]
    [InlineData(RestartType.Temporary, true, false)]
    [InlineData(RestartType.Temporary, false, false)]
    public void Which_ends_are_made_good(RestartType restart, bool isNormal, bool isFailure) => Assert.Equal(isFailure, RestartPlan.IsFailure(restart, isNormal));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 100)]
    [InlineData(3, 200)]
    [InlineData(4, 400)]
    [InlineData(10, 25_600)]
    [InlineData(11, 30_000)]
    [InlineData(int.MaxValue, 30_000)]
    public void Back_off_begins_at_once_and_doubles_up_to_half_a_minute(int failures, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), BackOff.Delay(failures));

    [Theory]
    [InlineData(1, 10)]
    [InlineData(60, 60)]
    public void A_healthy_life_is_as_long_as_the_window_and_ten_seconds_at_least(int maxSeconds, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), BackOff.HealthyAfter(maxSeconds));

    [Theory]
    [InlineData(3, 60, "0 1 2", false)]
    [InlineData(3, 60, "0 1 2 3", true)]
    [InlineData(3, 60, "0 1 2 60", true)] // The edge belongs to it.
    [InlineData(3, 60, "0 1 2 61", false)]
    [InlineData(0, 60, "0", true)]
    [InlineData(1, 1, "0 2 4 6 8", false)]
    [InlineData(1, 1, "0 2 4 6 7", true)]
    public void Intensity_is_counted_as_OTP_does(int maxRestarts, int maxSeconds, string seconds, bool tooMany)
    {
        var window = new RestartWindow(maxRestarts, TimeSpan.FromSeconds(maxSeconds));
        bool last = false;
        foreach (string second in seconds.Split(' ')) last = window.Add(TimeSpan.FromSeconds(int.Parse(second, CultureInfo.InvariantCulture)), child: 0);
        Assert.Equal(tooMany, last);
        Assert.InRange(window.Failures.Count, 1, maxRestarts + 1);
    }
}

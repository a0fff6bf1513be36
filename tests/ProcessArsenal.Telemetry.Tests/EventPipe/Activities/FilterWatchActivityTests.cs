using System.Globalization;
using CsCheck;
using ProcessArsenal.Telemetry.EventPipe.Activities;

namespace ProcessArsenal.Telemetry.Tests.EventPipe.Activities;

public sealed class FilterWatchActivityTests
{
    [Theory]
    [InlineData("0/0 5/0 10/0 15/0", true)] // Requests, and nothing is told.
    [InlineData("0/0 5/0 10/0", false)] // Not for long enough.
    [InlineData("100/0 100/0 100/0 100/0 100/0", false)] // They were served before.
    [InlineData("0/0 5/0 5/0 10/0 10/0 10/0 15/0", true)] // Intervals without requests say nothing.
    [InlineData("0/0 5/5 10/5 15/5 20/20", false)] // It was late.
    [InlineData("0/0 5/5 10/5 15/5 20/5", true)] // It told, and does no more.
    [InlineData("0/0 1/0 2/0 3/0 4/1", false)] // It tells again.
    [InlineData("0/0 0/9 0/20 0/31", false)] // Spans without requests: a worker.
    public void It_is_taken_when_requests_are_not_told_of(string intervals, bool isTaken) =>
        Assert.Equal(isTaken, Watch(intervals.Split(' ').Select(i => i.Split('/')).Select(i => (Number(i[0]), Number(i[1])))).IsTaken);

    /// <summary>By what was told of the requests of each interval, and whether in it or in the one after.</summary>
    [Fact]
    public void A_target_that_tells_of_all_requests_is_never_suspected() => Gen.Select(Gen.Int[0, 3], Gen.Bool).Array[0, 50].Sample(intervals =>
    {
        var watch = new FilterWatch();
        (long requests, long told) = (0, 0);
        foreach ((int served, bool isLate) in intervals)
        {
            told = isLate ? requests : requests + served;
            requests += served;
            watch.EndInterval(requests, 0, told);
            Assert.False(watch.IsTaken);
        }
    });

    [Fact]
    public void One_that_falls_silent_is_found_after_so_many_intervals_with_requests() =>
        Gen.Select(Gen.Int[0, 3].Array[1, 20], Gen.Int[0, 2].Array[0, 40]).Sample((before, after) =>
        {
            var watch = new FilterWatch();
            long requests = 0;
            foreach (int served in before) watch.EndInterval(requests += served, 0, requests);
            long told = requests;
            int withRequests = 0;
            foreach (int served in after)
            {
                watch.EndInterval(requests += served, 0, told);
                if (served > 0) withRequests++;
                Assert.Equal(withRequests >= FilterWatch.Patience, watch.IsTaken);
                Assert.Equal(watch.IsTaken ? requests - told : 0, watch.Untold);
            }
        });

    private static FilterWatch Watch(IEnumerable<(long Signs, long Told)> intervals)
    {
        var watch = new FilterWatch();
        foreach ((long signs, long told) in intervals) watch.EndInterval(signs, 0, told);
        return watch;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Control.Tests.Supervision;

public sealed class HealthJudgeTests
{
    /// <summary>Answers, one a second from the first second on: + well, - not. After which it has failed; 0: never.</summary>
    [Theory]
    [InlineData("+++---", 0, 3, 6)]
    [InlineData("+--+--", 0, 3, 0)]
    [InlineData("---", 0, 3, 3)]
    [InlineData("----------", 5, 3, 7)] // Those of the first seconds do not count ...
    [InlineData("+---", 100, 3, 4)] // ... unless it has been well.
    [InlineData("-", 0, 1, 1)]
    public void Only_failures_in_a_row_and_after_its_start_count(string answers, int startSeconds, int failures, int after)
    {
        var judge = new HealthJudge(new HealthSpec(new Uri("http://localhost/")) { Failures = failures, StartPeriod = TimeSpan.FromSeconds(startSeconds) });
        int failed = 0;
        for (int i = 1; i <= answers.Length && failed == 0; i++)
            if (judge.Take(answers[i - 1] == '+' ? null : "no", TimeSpan.FromSeconds(i))) failed = i;
        Assert.Equal(after, failed);
    }
}

using ProcessArsenal.Telemetry.Tracing.Profiles;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Profiles;

public sealed class MethodCallsTests
{
    private static readonly string[] Methods = ["Main", "Serve", "Find", "Read", "Wait"];

    [Fact]
    public void Time_is_that_of_the_outermost_once_with_who_called_it_and_what_it_called()
    {
        MethodCalls calls = Of("Find", ([0, 1, 2], 10, 0), ([0, 1, 2, 3], 30, 0), ([0, 2, 1, 2, 3], 5, 0), ([0, 1], 55, 0), ([0, 1, 2, 4], 0, 7));
        Assert.Equal((0.045, 45, 7), (Math.Round(calls.Seconds, 6), calls.Samples, calls.WaitingSamples));
        Assert.Equal([("Main", 0.005), ("Serve", 0.040)], Sorted(calls.Callers));
        Assert.Equal([("Find", 0.010), ("Read", 0.035)], Sorted(calls.Callees));
    }

    [Fact]
    public void One_that_a_thread_begins_with_is_called_by_nobody() => Assert.Equal([("", 0.003)], Sorted(Of("Main", ([0, 1], 3, 0)).Callers));

    [Fact]
    public void What_is_in_no_stack_has_nothing()
    {
        MethodCalls calls = Of("Other", ([0, 1], 3, 1));
        Assert.Equal((0, 0, 0, 0, 0), (calls.Seconds, calls.Samples, calls.WaitingSamples, calls.Callers.Count, calls.Callees.Count));
    }

    private static (string, double)[] Sorted(Dictionary<string, double> seconds) => [.. seconds.Select(static pair => (pair.Key, Math.Round(pair.Value, 6))).Order()];

    private static MethodCalls Of(string method, params (int[] Frames, long Running, long Waiting)[] stacks) => MethodCalls.Of(new StackProfile
    {
        Methods = Methods,
        Stacks = [.. stacks.Select(static stack => new StackCount(1, stack.Frames, stack.Running, stack.Waiting))],
        Began = DateTimeOffset.UnixEpoch,
        Duration = TimeSpan.FromSeconds(1),
        Interval = TimeSpan.FromMilliseconds(1),
    }, name => name == method);
}

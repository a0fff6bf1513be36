using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Tests.Inspection;

public sealed class BlockingTests
{
    [Fact]
    public void Whatever_a_read_throws_ends_that_read_alone()
    {
        for (int i = 0; i < 40; i++) // More than there are places: each gives its own back.
            Assert.False(Blocking.TryRead<int>(static () => throw new InvalidOperationException("of a file that makes no sense"), TimeSpan.FromSeconds(20), out _));
        Assert.True(Blocking.TryRead(static () => 7, TimeSpan.FromSeconds(20), out int value));
        Assert.Equal(7, value);
    }
}

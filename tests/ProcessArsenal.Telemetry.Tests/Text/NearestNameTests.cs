using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Tests.Text;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("memry", "memory")]
    [InlineData("meomry", "memory")]
    [InlineData("Memory", "memory")]
    [InlineData("fd", "fds")]
    [InlineData("cpus", "cpu")]
    [InlineData("f", null)]
    [InlineData("", null)]
    [InlineData("colour", null)]
    public void Finds_what_was_meant(string name, string? expected) =>
        Assert.Equal(expected, NearestName.Find(name, ["memory", "fds", "cpu", "memory_swap"]));

    [Fact]
    public void The_first_wins_a_tie() => Assert.Equal("cat", NearestName.Find("xat", ["cat", "bat"]));

    [Fact]
    public void What_is_long_is_not_compared() => Assert.Null(NearestName.Find(new string('a', 5000), [new string('a', 5000)]));

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ca", "ac", 1)]
    [InlineData("ca", "abc", 3)]
    public void Distance(string a, string b, int expected)
    {
        Assert.Equal(expected, NearestName.Distance(a, b));
        Assert.Equal(expected, NearestName.Distance(b, a));
    }
}

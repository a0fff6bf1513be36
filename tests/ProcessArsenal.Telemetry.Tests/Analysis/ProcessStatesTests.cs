using ProcessArsenal.Telemetry.Analysis;

namespace ProcessArsenal.Telemetry.Tests.Analysis;

public sealed class ProcessStatesTests
{
    [Theory]
    [InlineData('R', "running")]
    [InlineData('S', "sleeping")]
    [InlineData('D', "waiting")]
    [InlineData('T', "stopped")]
    [InlineData('t', "stopped")]
    [InlineData('Z', "defunct")]
    [InlineData('X', "defunct")]
    [InlineData('I', "idle")]
    [InlineData('W', "waiting")]
    [InlineData('\0', null)]
    public void Names_the_letter(char letter, string? expected) => Assert.Equal(expected, ProcessStates.NameOf((byte)letter));
}

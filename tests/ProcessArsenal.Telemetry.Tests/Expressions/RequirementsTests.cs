using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Telemetry.Tests.Expressions;

/// <summary>Conditions that can't hold together: said only where that is certain.</summary>
public sealed class RequirementsTests
{
    [Theory]
    [InlineData("memory > 2MiB and memory < 1MiB")]
    [InlineData("memory > 1MiB and memory < 1MiB")]
    [InlineData("memory >= 1MiB and memory < 1MiB")]
    [InlineData("memory = 1MiB and memory = 2MiB")]
    [InlineData("(memory > 2MiB and threads > 1) and memory < 1MiB for 5m")]
    [InlineData("dead and not dead")]
    [InlineData("dead = true and dead = false")]
    [InlineData("group = \"a\" and group = \"b\"")]
    [InlineData("group = \"a\" and group != \"a\"")]
    [InlineData("group != \"a\" and group = \"a\"")]
    public void They_can_not(string text) => Assert.NotNull(Expression.Contradiction(Parse(text)));

    [Theory]
    [InlineData("memory >= 1MiB and memory <= 1MiB")]
    [InlineData("memory > 1MiB and memory < 2MiB")]
    [InlineData("memory > 2MiB or memory < 1MiB")]
    [InlineData("not (memory > 2MiB and memory < 1MiB)")]
    [InlineData("group = \"a\" and group != \"b\"")]
    [InlineData("group ~ \"a\" and group ~ \"b\"")]
    [InlineData("memory != 1MiB and memory = 2MiB")]
    public void They_may(string text) => Assert.Null(Expression.Contradiction(Parse(text)));

    [Theory]
    [InlineData("memory > 2GiB and memory <= 512MiB", "memory can't be above 2GiB and at most 512MiB")]
    [InlineData("cpu >= 80% and cpu < 0.5", "cpu can't be at least 80% and below 0.5")]
    [InlineData("uptime = 5m and uptime > 5m", "uptime can't be above 5m and at most 5m")]
    public void Bounds_are_said_as_they_were_written(string text, string expected) => Assert.Equal(expected, Expression.Contradiction(Parse(text)));

    [Fact]
    public void Several_are_looked_at_together() => Assert.Equal("group can't be both \"a\" and \"b\"", Expression.Contradiction(Parse("group = \"a\" and memory > 1MiB for 5m"), Parse("group = \"b\"")));

    [Fact]
    public void What_is_asked_for_is_told()
    {
        Expression expression = Parse("memory > 1MiB and (group = \"a\" or not has(unit)) for 5m");
        Assert.Equal(["group", "memory", "unit"], expression.Fields.Order(StringComparer.Ordinal));
        Assert.Equal(TimeSpan.FromMinutes(5), expression.Lasts);
        Assert.Null(Parse("memory growing").Lasts);
    }

    private static Expression Parse(string text) => Expression.TryParse(text, out Expression? expression, out ExpressionError? error) ? expression : throw new ArgumentException(error.Message);
}

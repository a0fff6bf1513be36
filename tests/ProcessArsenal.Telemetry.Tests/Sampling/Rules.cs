using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>Rules and expressions that are right, for tests about something else.</summary>
internal static class Rules
{
    public static GroupRule Compile(GroupRuleOptions options) =>
        GroupRule.TryCompile(options, out GroupRule? rule, out GroupRuleError? error) ? rule : throw new ArgumentException(error.Message);

    public static Expression Parse(string text) =>
        Expression.TryParse(text, out Expression? expression, out ExpressionError? error) ? expression : throw new ArgumentException(error.Message);
}

using System.CommandLine;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>Flags that commands about many processes share.</summary>
internal sealed class ListOptions
{
    public Option<string> Where { get; } = new("--where")
    {
        HelpName = "expression",
        Description = "Only processes for which this is true, for example: memory > 200MiB and not user = \"root\"",
    };

    public Option<string> Output { get; } = Options.Choice("--output", ["table", "json"], "How to print.", "-o");

    public bool IsJson(ParseResult result) => result.GetValue(Output) == "json";

    /// <param name="withoutPast">Why there are no earlier samples, and what to do; null if there are, or will be.</param>
    /// <returns>False, with the error printed, if the expression is wrong; <paramref name="where"/> is null if there is none.</returns>
    public bool TryParseWhere(ParseResult result, out Expression? where, string? withoutPast) => TryParse(result.GetValue(Where), "--where", result, out where, withoutPast);

    /// <param name="name">Of what the text was given as.</param>
    /// <param name="withoutPast">As above.</param>
    public static bool TryParse(string? text, string name, ParseResult result, out Expression? where, string? withoutPast)
    {
        where = null;
        if (text is null) return true;
        if (Expression.TryParse(text, out where, out ExpressionError? error))
        {
            // It would select nothing, which looks like an answer.
            if (withoutPast is null || where.LooksBackAt is not { } at) return true;
            error = new ExpressionError(withoutPast, at);
        }
        TextWriter output = result.InvocationConfiguration.Error;
        output.WriteLine($"process-arsenal: {name}: {error.Message}");
        output.WriteLine($"  {Terminal.Printable(text)}");
        output.WriteLine($"  {new string(' ', Math.Min(error.Position, text.Length))}^");
        return false;
    }
}

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

    /// <returns>False, with the error printed, if the expression is wrong; <paramref name="where"/> is null if there is none.</returns>
    public bool TryParseWhere(ParseResult result, out Expression? where)
    {
        where = null;
        if (result.GetValue(Where) is not { } text || Expression.TryParse(text, out where, out ExpressionError? error)) return true;
        TextWriter output = result.InvocationConfiguration.Error;
        output.WriteLine($"process-arsenal: --where: {error.Message}");
        output.WriteLine($"  {Terminal.Printable(text)}");
        output.WriteLine($"  {new string(' ', Math.Min(error.Position, text.Length))}^");
        return false;
    }
}

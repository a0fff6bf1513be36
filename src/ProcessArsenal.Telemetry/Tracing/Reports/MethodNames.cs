using System.Text.RegularExpressions;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>Makes what the runtime calls a method readable: <c>Shop.Orders.Find(class System.String,int32)</c> is <c>Shop.Orders.Find(String, int32)</c>.</summary>
internal static partial class MethodNames
{
    private const int Longest = 400, MostRead = 4096;

    public static string Shorten(string full)
    {
        if (full.Length > MostRead) full = full[..MostRead];
        int open = full.IndexOf('(', StringComparison.Ordinal);
        if (open < 0) return Quoting.Cap(full, Longest);
        string parameters = Kinds().Replace(full[open..], "").Replace("unsigned int", "uint", StringComparison.Ordinal);
        return Quoting.Cap($"{full.AsSpan(0, open)}{Namespaces().Replace(parameters, "").Replace(",", ", ", StringComparison.Ordinal)}", Longest);
    }

    [GeneratedRegex(@"\b(class|value class|valuetype)\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Kinds();

    [GeneratedRegex(@"\b(?:[A-Za-z_]\w*\.)+", RegexOptions.NonBacktracking)]
    private static partial Regex Namespaces();
}

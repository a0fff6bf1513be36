namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>Prepares what was written for an error message of one line.</summary>
internal static class Quote
{
    private const int MaxLength = 40;

    /// <summary>Cuts what is long, and replaces what is not printable: anyone may write it, terminals show it.</summary>
    public static string Shorten(string text)
    {
        string cut = text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength), "...");
        return string.Create(cut.Length, cut, static (result, from) =>
        {
            for (int i = 0; i < result.Length; i++) result[i] = from[i] is >= ' ' and < '\x7f' ? from[i] : '?';
        });
    }
}

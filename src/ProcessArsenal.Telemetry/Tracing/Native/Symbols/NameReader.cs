namespace ProcessArsenal.Telemetry.Tracing.Native.Symbols;

/// <summary>Reads names of a table, each once, however many addresses have it; and no more of them than there is room for: a program can make one for every address of
/// its own. Not safe for concurrent use.</summary>
/// <param name="read">Gives a name; null if there is none.</param>
internal sealed class NameReader(Func<long, string?> read)
{
    /// <summary>Characters of all names; those beyond are not known.</summary>
    public const int MostCharacters = 32 << 20;

    private readonly Dictionary<long, string?> _names = [];
    private int _left = MostCharacters;

    /// <returns>Null if it has none.</returns>
    public string? Of(long token)
    {
        if (_names.TryGetValue(token, out string? name)) return name;
        if (_left <= 0) return null;
        name = read(token) is { Length: > 0 } known ? known : null;
        _left -= (name?.Length ?? 0) + 32; // And what keeps it.
        return _names[token] = name;
    }
}

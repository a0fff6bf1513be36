using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ProcessArsenal.Control.Evidence;

/// <summary>What was gathered of a process: files by name, and why others are not there.</summary>
internal sealed class EvidenceParts
{
    /// <summary>Bytes of a file.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    /// <summary>In the order of their names.</summary>
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>By what is not there, the reason.</summary>
    public SortedDictionary<string, string> Missing { get; } = new(StringComparer.Ordinal);

    /// <summary>What the process calls itself; null if nobody knows.</summary>
    public string? Name { get; set; }

    /// <summary>Something is known of the process itself.</summary>
    public bool KnowsIt { get; set; }

    /// <param name="name">Of the file, without extension.</param>
    /// <param name="value">Null: it is not there.</param>
    /// <param name="otherwise">Why not.</param>
    public void Add<T>(string name, T? value, string otherwise, JsonTypeInfo<T> type)
        where T : class
    {
        byte[]? json = value is null ? null : JsonSerializer.SerializeToUtf8Bytes(value, type);
        if (json is { Length: <= MostBytes }) Files[name + ".json"] = json;
        else Missing[name] = json is null ? otherwise : FormattableString.Invariant($"it would be larger than {MostBytes >> 20} MiB");
    }
}

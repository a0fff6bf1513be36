namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>What was made of texts of the kernel lately. Many processes have the same control group, program or arguments: they share one object,
/// which is made once. Bounded; not safe for concurrent use.</summary>
/// <param name="slots">How many texts are remembered at most.</param>
internal sealed class ContentCache<T>(int slots, Func<ReadOnlySpan<byte>, T> make)
    where T : class
{
    /// <summary>Longer texts are not remembered, bytes.</summary>
    public const int Longest = 2048;

    private readonly Entry[] _entries = new Entry[slots];

    public T Get(ReadOnlySpan<byte> text)
    {
        if (text.Length > Longest) return make(text);
        var hash = new HashCode();
        hash.AddBytes(text);
        ref Entry entry = ref _entries[(uint)hash.ToHashCode() % (uint)slots];
        if (entry.Text is null || !text.SequenceEqual(entry.Text)) entry = new Entry(text.ToArray(), make(text));
        return entry.Value;
    }

    private readonly record struct Entry(byte[] Text, T Value);
}

namespace ProcessArsenal.Procfs.Tests.Support;

/// <summary>Files cut short, as by a buffer too small.</summary>
internal static class Cut
{
    /// <summary>Calls <paramref name="parses"/> with every proper prefix: it must answer false, or check the values itself.</summary>
    public static void EverywhereIsFalse(byte[] text, Func<byte[], bool> parses)
    {
        for (int length = 0; length < text.Length; length++)
            Assert.False(parses(text[..length]), $"Cut to {length} of {text.Length} bytes.");
    }

    /// <summary>Every proper prefix: false, or true with the same values as the whole.</summary>
    public static void IsFalseOrEqual<T>(byte[] text, Func<byte[], T?> parse) where T : struct
    {
        T? whole = parse(text);
        Assert.NotNull(whole);
        for (int length = 0; length < text.Length; length++)
            if (parse(text[..length]) is { } part) Assert.Equal(whole.Value, part);
    }
}

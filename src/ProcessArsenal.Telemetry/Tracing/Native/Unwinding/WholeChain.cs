namespace ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

/// <summary>Makes one stack of two: what was found by rules within the copied part, and what the kernel found by frame pointers, which may go further out. Pure.</summary>
internal static class WholeChain
{
    /// <summary>Appends what the kernel found beyond the last frame; all of it where nothing else was found.</summary>
    /// <param name="frames">With room for more.</param>
    /// <param name="count">Found so far.</param>
    /// <param name="last">Where the outermost of them returns to; the address itself for the innermost.</param>
    /// <param name="chain">The innermost address, then return addresses.</param>
    /// <returns>How many there are.</returns>
    public static int Append(Span<ulong> frames, int count, ulong last, ReadOnlySpan<ulong> chain)
    {
        int known = count == 0 ? -1 : chain.IndexOf(last);
        if (known < 0 && count > 0) return count;
        for (int i = known + 1; i < chain.Length && count < frames.Length; i++)
            if (chain[i] != 0) frames[count++] = i == 0 ? chain[i] : chain[i] - 1;
        return count;
    }
}

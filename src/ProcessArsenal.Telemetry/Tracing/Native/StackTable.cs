namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>Distinct stacks of threads, with what was counted of each. Bounded, and allocates nothing for a stack that it has. Not safe for concurrent use.</summary>
internal sealed class StackTable
{
    /// <summary>Stacks, and words of all of them; what comes beyond is counted in <see cref="Dropped"/>.</summary>
    public const int MostStacks = 200_000, MostWords = 8 << 20;

    private readonly Dictionary<ulong, int> _byHash = []; // The first of those with a hash; others by Next.
    private readonly List<Entry> _entries = [];
    private ulong[] _words = new ulong[4096];
    private int _used;

    /// <summary>How many there are.</summary>
    public int Count => _entries.Count;

    /// <summary>What was counted of stacks for which there was no room.</summary>
    public long Dropped { get; private set; }

    /// <summary>What was counted of all that it has.</summary>
    public long Total { get; private set; }

    /// <summary>Counts one.</summary>
    /// <param name="frames">The innermost first.</param>
    public void Add(int thread, ReadOnlySpan<ulong> frames, long weight = 1)
    {
        ulong hash = HashOf(thread, frames);
        bool isKnown = _byHash.TryGetValue(hash, out int first);
        for (int i = isKnown ? first : -1; i >= 0; i = _entries[i].Next)
        {
            Entry entry = _entries[i];
            if (entry.Thread != thread || !frames.SequenceEqual(_words.AsSpan(entry.Start, entry.Length))) continue;
            _entries[i] = entry with { Weight = entry.Weight + weight };
            Total += weight;
            return;
        }
        if (_entries.Count >= MostStacks || _used + frames.Length > MostWords)
        {
            Dropped += weight;
            return;
        }
        if (_used + frames.Length > _words.Length) Array.Resize(ref _words, Math.Max(2 * _words.Length, _used + frames.Length));
        frames.CopyTo(_words.AsSpan(_used));
        _byHash[hash] = _entries.Count;
        _entries.Add(new Entry(thread, _used, frames.Length, weight, isKnown ? first : -1));
        _used += frames.Length;
        Total += weight;
    }

    /// <summary>A stack by its number, the innermost frame first.</summary>
    public ReadOnlySpan<ulong> Read(int stack, out int thread, out long weight)
    {
        Entry entry = _entries[stack];
        thread = entry.Thread;
        weight = entry.Weight;
        return _words.AsSpan(entry.Start, entry.Length);
    }

    private static ulong HashOf(int thread, ReadOnlySpan<ulong> frames) => System.IO.Hashing.XxHash3.HashToUInt64(System.Runtime.InteropServices.MemoryMarshal.AsBytes(frames), thread);

    private readonly record struct Entry(int Thread, int Start, int Length, long Weight, int Next);
}

namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>Makes stacks of names of stacks of addresses: those that have the same names are one. Pure.</summary>
internal static class StackNaming
{
    /// <summary>All places of code that are in stacks.</summary>
    public static HashSet<ulong> CodesOf(StackTable stacks)
    {
        var codes = new HashSet<ulong>();
        for (int i = 0; i < stacks.Count; i++)
            foreach (ulong code in stacks.Read(i, out _, out _)) codes.Add(code);
        return codes;
    }

    /// <param name="names">Of all of <see cref="CodesOf"/>.</param>
    public static (IReadOnlyList<string> Methods, IReadOnlyList<NativeStack> Stacks) Fold(StackTable stacks, IReadOnlyDictionary<ulong, string> names)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var methods = new List<string>();
        var folded = new Dictionary<Key, long>();
        for (int i = 0; i < stacks.Count; i++)
        {
            ReadOnlySpan<ulong> codes = stacks.Read(i, out int thread, out long weight);
            int[] frames = new int[codes.Length];
            for (int frame = 0; frame < frames.Length; frame++)
            {
                string name = names[codes[^(frame + 1)]]; // The outermost first.
                if (!numbers.TryGetValue(name, out int number))
                {
                    numbers[name] = number = methods.Count;
                    methods.Add(name);
                }
                frames[frame] = number;
            }
            var key = new Key(thread, frames);
            folded[key] = folded.GetValueOrDefault(key) + weight;
        }
        return (methods, [.. folded.Select(static pair => new NativeStack(pair.Key.Thread, pair.Key.Frames, pair.Value))]);
    }

    private readonly struct Key(int thread, int[] frames) : IEquatable<Key>
    {
        public int Thread => thread;

        public int[] Frames => frames;

        public bool Equals(Key other) => Thread == other.Thread && Frames.AsSpan().SequenceEqual(other.Frames);

        public override bool Equals(object? other) => other is Key key && Equals(key);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Thread);
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes<int>(Frames));
            return hash.ToHashCode();
        }
    }
}

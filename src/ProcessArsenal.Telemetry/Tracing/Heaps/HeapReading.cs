namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>What is told of a heap, as it comes: objects one by one, what they refer to in the same order but apart, and roots. Kept small: a heap of a
/// million objects takes some megabytes. Not safe for concurrent use.</summary>
internal sealed class HeapReading(HeapLimits limits)
{
    /// <summary>Longest name that is kept; the rest is cut.</summary>
    public const int LongestName = 1024;

    private readonly Dictionary<ulong, int> _typeIndex = [];
    private readonly List<string?> _names = [];
    private long _nameBytes;
    private ulong _nextAddress, _lastTarget;

    public HeapLimits Limits { get; } = limits;

    /// <summary>Of each object: how far it is from the end of the one before, type, bytes, how many references.</summary>
    public ByteChunks Objects { get; } = new(limits.Bytes / 2);

    /// <summary>How far each is from the one before.</summary>
    public ByteChunks References { get; } = new(limits.Bytes / 2);

    public AddressIndex Addresses { get; } = new(limits.Bytes / 2);

    /// <summary>Names of types, by their index; null where none was told.</summary>
    public IReadOnlyList<string?> Types => _names;

    public List<(ulong Target, RootKind Kind)> Roots { get; } = [];

    public List<(ulong Target, int Type, string Field, bool OfThread)> Statics { get; } = [];

    /// <summary>What is alive as long as something else is.</summary>
    public List<(ulong Key, ulong Value)> Dependents { get; } = [];

    /// <summary>References that came.</summary>
    public long ReferenceCount { get; private set; }

    /// <summary>References that objects said they had.</summary>
    public ulong ReferencesTold { get; private set; }

    /// <summary>Why not everything is there, in words; null if it is.</summary>
    public string? Incomplete { get; private set; }

    /// <summary>Events were lost after the heap was told: names of types may have been among them.</summary>
    public bool LostNames { get; set; }

    /// <summary>From here on references can't be given to objects, so that they are left out.</summary>
    public void Break(string why) => Incomplete ??= why;

    /// <exception cref="HeapException">Nonsense, or too many.</exception>
    public void AddObject(ulong address, ulong bytes, ulong type, ulong references)
    {
        if (address % AddressIndex.Alignment != 0 || address == 0) throw new HeapException($"The program says that an object lies at {address:x}, where none can.");
        if (bytes > 1UL << 46) throw new HeapException($"The program says that an object has {bytes} bytes.");
        if (Addresses.Count >= Limits.Objects) throw new HeapException($"The heap has more than {Limits.Objects} objects, which is more than we keep.");
        if (!Addresses.Add(address)) throw new HeapException($"The program tells of an object at {address:x} twice.");
        Objects.AddVarInt((long)(address - _nextAddress) / AddressIndex.Alignment);
        Objects.AddVarUInt((ulong)TypeOf(type));
        Objects.AddVarUInt(bytes);
        Objects.AddVarUInt(Incomplete is null ? references : 0);
        if (Incomplete is null) ReferencesTold = Math.Min(ReferencesTold + references, long.MaxValue);
        _nextAddress = End(address, bytes);
    }

    /// <summary>Where the next object may be expected: they lie side by side.</summary>
    public static ulong End(ulong address, ulong bytes) => (address + bytes + AddressIndex.Alignment - 1) & ~(ulong)(AddressIndex.Alignment - 1);

    /// <exception cref="HeapException">Too many.</exception>
    public void AddReference(ulong target)
    {
        if (Incomplete is not null) return;
        References.AddVarInt((long)(target - _lastTarget));
        _lastTarget = target;
        ReferenceCount++;
    }

    public void AddRoot(ulong target, RootKind kind)
    {
        if (HasRoom()) Roots.Add((target, kind));
    }

    /// <param name="type">Of what is in it.</param>
    public void AddStatic(ulong target, ulong type, ReadOnlySpan<char> field, bool ofThread)
    {
        if (HasRoom() && target != 0) Statics.Add((target, TypeOf(type), Keep(HeapType.NameOf(Cut(field))), ofThread));
    }

    public void AddDependent(ulong key, ulong value)
    {
        if (key != 0 && value != 0 && HasRoom()) Dependents.Add((key, value));
    }

    public void AddType(ulong type, ReadOnlySpan<char> name)
    {
        int index = TypeOf(type);
        if (_names[index] is null && !name.IsEmpty) _names[index] = Keep(HeapType.NameOf(Cut(name)));
    }

    private int TypeOf(ulong type)
    {
        if (_typeIndex.TryGetValue(type, out int index)) return index;
        if (_names.Count >= Limits.Types) throw new HeapException($"The program has more than {Limits.Types} types, which is more than we keep.");
        _typeIndex.Add(type, _names.Count);
        _names.Add(null);
        return _names.Count - 1;
    }

    private string Keep(string name)
    {
        if ((_nameBytes += name.Length * sizeof(char)) > Limits.NameBytes) throw new HeapException($"The names that the program tells have more than {Limits.NameBytes >> 20} MiB, which is more than we keep.");
        return name;
    }

    private static ReadOnlySpan<char> Cut(ReadOnlySpan<char> name) => name[..Math.Min(name.Length, LongestName)];

    private bool HasRoom()
    {
        if (Roots.Count + Statics.Count + Dependents.Count < Limits.Roots) return true;
        Incomplete ??= $"there are more than {Limits.Roots} roots, which is more than we keep";
        return false;
    }
}

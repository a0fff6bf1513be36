using System.Runtime.InteropServices;

namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Puts together what came of a heap: gives each object its number and each reference its object. What came is let go on the way.</summary>
internal sealed class HeapAssembly
{
    private readonly HeapReading _reading;
    private readonly ByteChunks _nodes;
    private readonly TypeTable _types = new();
    private readonly List<uint> _rootPlaces = [];
    private readonly Dictionary<ulong, List<ulong>> _dependents = [];
    private readonly uint[] _places;
    private readonly List<int> _targets = [];
    private long _objects, _bytes, _cutSizes, _unnamed;

    private HeapAssembly(HeapReading reading)
    {
        _reading = reading;
        _nodes = new ByteChunks(Math.Min(reading.Limits.Bytes, uint.MaxValue));
        _places = new uint[reading.Addresses.Count];
        foreach ((ulong key, ulong value) in reading.Dependents)
        {
            ref List<ulong>? values = ref CollectionsMarshal.GetValueRefOrAddDefault(_dependents, key, out _);
            (values ??= []).Add(value);
        }
    }

    /// <param name="reading">Can't be used afterwards.</param>
    /// <exception cref="HeapException">It is beyond our bounds.</exception>
    public static HeapGraph Assemble(HeapReading reading) => new HeapAssembly(reading).Run();

    private HeapGraph Run()
    {
        _reading.Addresses.Number();
        // A node that is nothing is the first in such files, and no number of an object refers to it.
        WriteHead(_types.IndexOf("UNDEFINED"), 0);
        _nodes.AddNumber(0);
        AddObjects();
        int root = AddRoots();
        var places = new uint[_places.Length + _rootPlaces.Count];
        _places.CopyTo(places, 0);
        _rootPlaces.CopyTo(places, _places.Length);
        string? incomplete = _reading.Incomplete
            ?? (_reading.ReferenceCount != (long)Math.Min(_reading.ReferencesTold, long.MaxValue) ? "references are missing, so that something may seem to be held by nobody" : null)
            ?? (_unnamed > 0 ? $"{_unnamed} objects are of types whose names were not told: {(_reading.LostNames ? "the program's buffer was full" : "another tool has asked for them before, and still listens")}" : null)
            ?? (_cutSizes > 0 ? $"{_cutSizes} objects have more than 2 GiB each, and are told as if they had 2 GiB" : null);
        return new HeapGraph(_nodes, places, _types.Names, _types.UsualSizes, root, new HeapFacts(_objects, _bytes, incomplete)) { Addresses = _reading.Addresses };
    }

    private void AddObjects()
    {
        // Types are told once for each of the runtime's own; those of the same name are one to people.
        int[] types = [.. _reading.Types.Select(name => _types.IndexOf(name ?? HeapType.Unnamed))];
        using DrainingReader objects = new(_reading.Objects), references = new(_reading.References);
        ulong address = 0, target = 0;
        long left = _reading.ReferenceCount;
        for (int i = 0; i < _places.Length; i++)
        {
            address += (ulong)(objects.ReadVarInt() * AddressIndex.Alignment);
            int told = (int)objects.ReadVarUInt(), type = types[told];
            if (_reading.Types[told] is null) _unnamed++;
            ulong bytes = objects.ReadVarUInt();
            long count = (long)Math.Min(objects.ReadVarUInt(), (ulong)left);
            left -= count;
            int self = _reading.Addresses.Find(address);
            _targets.Clear();
            for (; count > 0; count--)
            {
                target += (ulong)references.ReadVarInt();
                Refer(target); // What is not in the heap was never told: of the runtime's own, that live for good.
            }
            if (_dependents.Count > 0 && _dependents.TryGetValue(address, out List<ulong>? values))
                foreach (ulong value in values) Refer(value);
            if (bytes > int.MaxValue) _cutSizes++;
            int size = (int)Math.Min(bytes, int.MaxValue);
            _objects++;
            _bytes += size;
            _places[self] = Place();
            WriteNode(type, size, self);
            address = HeapReading.End(address, bytes);
        }
    }

    private int AddRoots()
    {
        var groups = new List<int>();
        int statics = AddFields(RootNames.StaticVars, ofThread: false), ofThreads = AddFields(RootNames.ThreadStaticVars, ofThread: true);
        groups.Add(statics);
        groups.Add(ofThreads);
        var others = new List<int>();
        foreach (IGrouping<RootKind, (ulong Target, RootKind Kind)> kind in _reading.Roots.GroupBy(static root => root.Kind).OrderBy(static kind => kind.Key))
        {
            _targets.Clear();
            foreach ((ulong target, _) in kind) Refer(target);
            int node = AddRoot(RootNames.Of(kind.Key));
            (kind.Key == RootKind.Local ? groups : others).Add(node);
        }
        groups.Add(AddGroup(RootNames.OtherRoots, others));
        return AddGroup(RootNames.All, groups);
    }

    private int AddFields(string group, bool ofThread)
    {
        var fields = new List<int>();
        foreach (IGrouping<(int Type, string Field), ulong> field in _reading.Statics.Where(field => field.OfThread == ofThread).GroupBy(static field => (field.Type, field.Field), static field => field.Target))
        {
            _targets.Clear();
            foreach (ulong target in field) Refer(target);
            if (_targets.Count > 0) fields.Add(AddRoot(RootNames.Field(_reading.Types[field.Key.Type], field.Key.Field)));
        }
        return AddGroup(group, fields);
    }

    private int AddGroup(string name, List<int> members)
    {
        _targets.Clear();
        _targets.AddRange(members);
        return AddRoot(name);
    }

    private int AddRoot(string name)
    {
        int self = _places.Length + _rootPlaces.Count;
        _rootPlaces.Add(Place());
        WriteNode(_types.IndexOf(name), 0, self);
        return self;
    }

    private void Refer(ulong target)
    {
        if (_reading.Addresses.Find(target) is >= 0 and int found) _targets.Add(found);
    }

    private uint Place() => _nodes.Length <= uint.MaxValue ? (uint)_nodes.Length : throw new HeapException("The heap has more than a file of .gcdump can hold.");

    private void WriteNode(int type, int size, int self)
    {
        WriteHead(type, size);
        _nodes.AddNumber(_targets.Count);
        foreach (int target in CollectionsMarshal.AsSpan(_targets)) _nodes.AddNumber(target - self);
    }

    private void WriteHead(int type, int size)
    {
        if (_types.IsUsual(type, size))
        {
            _nodes.AddNumber(type << 1);
            return;
        }
        _nodes.AddNumber((type << 1) | 1);
        _nodes.AddNumber(size);
    }

    /// <summary>Types by name. The first object of a type says what is usual.</summary>
    private sealed class TypeTable
    {
        private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
        private readonly List<string> _names = [];
        private readonly List<int> _sizes = [];

        public string[] Names => [.. _names];

        /// <summary>0 for a type of which there is none.</summary>
        public int[] UsualSizes => [.. _sizes.Select(static size => Math.Max(0, size))];

        public int IndexOf(string name)
        {
            if (_index.TryGetValue(name, out int index)) return index;
            _index.Add(name, _names.Count);
            _names.Add(name);
            _sizes.Add(-1);
            return _names.Count - 1;
        }

        public bool IsUsual(int type, int size)
        {
            if (_sizes[type] < 0) _sizes[type] = size;
            return _sizes[type] == size;
        }
    }
}

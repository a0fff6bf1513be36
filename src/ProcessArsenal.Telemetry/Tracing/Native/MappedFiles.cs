using System.Text;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>A file as it is mapped.</summary>
/// <param name="Bias">What is taken from an address to have the place in the file.</param>
internal sealed record Placement(MappedFile File, ulong Bias);

/// <summary>Which code is where in the memory of a process: as /proc/PID/maps says at first, and as the kernel tells it since. Not safe for concurrent use.</summary>
/// <param name="directory">Of the process; not disposed.</param>
internal sealed class MappedFiles(ProcessDirectory directory) : IDisposable
{
    public const string Vdso = "[vdso]";

    /// <summary>Those that are opened, and the places that are told apart; what is beyond is code without a file.</summary>
    public const int MostFiles = 1024, MostPlacements = 0xFFF0, MostMappings = 1 << 17;

    private readonly List<(ulong Start, ulong End, ushort Place)> _mappings = [];
    private readonly Dictionary<(string Path, ulong Inode), MappedFile> _files = [];
    private readonly Dictionary<(MappedFile File, ulong Bias), ushort> _places = [];
    private readonly List<Placement?> _placements = [null];
    private readonly UnwindRoom _room = new();

    /// <summary>No code is mapped: so it is seen of a process whose main thread has ended.</summary>
    public bool IsEmpty => _mappings.Count == 0;

    /// <summary>All files that were mapped.</summary>
    public IEnumerable<MappedFile> Files => _files.Values;

    /// <summary>By its number; null for 0: code without a file.</summary>
    public Placement? this[int place] => _placements[place];

    /// <summary>Reads what there is now.</summary>
    public ReadOutcome Load() => directory.ReadMaps((in mapping) => Add(mapping));

    /// <summary>All memory is another program's from now on.</summary>
    public void Clear() => _mappings.Clear();

    /// <summary>Takes a mapping, which replaces what was there.</summary>
    public void Add(in MemoryMapping mapping)
    {
        if (mapping.Start >= mapping.End) return;
        ushort place = PlaceOf(mapping);
        int first = FirstEndingAfter(mapping.Start), last = first;
        while (last < _mappings.Count && _mappings[last].Start < mapping.End) last++;
        // What is left of those that it covers in part.
        (ulong Start, ulong End, ushort Place)? before = first < last && _mappings[first].Start < mapping.Start ? _mappings[first] with { End = mapping.Start } : null;
        (ulong Start, ulong End, ushort Place)? after = first < last && _mappings[last - 1].End > mapping.End ? _mappings[last - 1] with { Start = mapping.End } : null;
        _mappings.RemoveRange(first, last - first);
        if (_mappings.Count >= MostMappings) return;
        if (after is { } upper) _mappings.Insert(first, upper);
        _mappings.Insert(first, (mapping.Start, mapping.End, place));
        if (before is { } lower) _mappings.Insert(first, lower);
    }

    /// <summary>Which file an address is of.</summary>
    /// <returns>Its number; 0 if none.</returns>
    public ushort PlaceAt(ulong address, out bool isMapped)
    {
        int at = FirstEndingAfter(address);
        isMapped = at < _mappings.Count && _mappings[at].Start <= address;
        return isMapped ? _mappings[at].Place : (ushort)0;
    }

    /// <summary>The unwinding rules that hold at an address.</summary>
    /// <param name="address">As the file has it.</param>
    /// <returns>Null if there are none.</returns>
    public FrameRows? RowsAt(ulong at, out ulong address)
    {
        address = 0;
        if (_placements[PlaceAt(at, out _)] is not { } placement) return null;
        placement.File.Open(directory, _room);
        if (_room.IsFull)
        {
            foreach (MappedFile file in _files.Values) file.Rules?.Forget();
            _room.Rows = 0;
        }
        if (placement.File.Rules is not { } rules || placement.File.Elf!.ToAddress(at - placement.Bias) is not { } known) return null;
        address = known;
        return rules.Find(known);
    }

    public void Dispose()
    {
        foreach (MappedFile file in _files.Values) file.Dispose();
    }

    private ushort PlaceOf(in MemoryMapping mapping)
    {
        if (mapping.Inode == 0 && !mapping.Name.SequenceEqual("[vdso]"u8)) return 0;
        var key = (Encoding.UTF8.GetString(mapping.Name), mapping.Inode);
        if (!_files.TryGetValue(key, out MappedFile? file))
        {
            if (_files.Count >= MostFiles) return 0;
            _files[key] = file = new MappedFile(key.Item1, mapping.Inode);
        }
        file.Place = (mapping.Start, mapping.End);
        ulong bias = mapping.Start - mapping.Offset;
        if (_places.TryGetValue((file, bias), out ushort place)) return place;
        if (_placements.Count >= MostPlacements) return 0;
        _placements.Add(new Placement(file, bias));
        return _places[(file, bias)] = (ushort)(_placements.Count - 1);
    }

    private int FirstEndingAfter(ulong address)
    {
        int low = 0, high = _mappings.Count;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (_mappings[middle].End > address) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}

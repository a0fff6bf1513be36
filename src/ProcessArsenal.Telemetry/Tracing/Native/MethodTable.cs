using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.Tracing.Native.Symbols;
using ProcessArsenal.Telemetry.Tracing.Reports;

namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>Where the methods of a .NET process are in its memory, by what its runtime tells of those that it compiles, and at the end of a session of all. Safe for concurrent use.</summary>
internal sealed class MethodTable
{
    /// <summary>Methods that are kept; those beyond are counted in <see cref="Dropped"/>.</summary>
    public const int Most = 200_000;

    private const string Runtime = "Microsoft-Windows-DotNETRuntime", Rundown = "Microsoft-Windows-DotNETRuntimeRundown";

    /// <summary>Characters of a part of a name, and of all names: what a runtime tells has no bounds of its own.</summary>
    private const int LongestPart = 1024, MostCharacters = 64 << 20;

    private const int MethodLoadVerbose = 143, MethodDCEndVerbose = 144;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<ulong, (ulong Size, string Name)> _methods = [];
    private ulong[]? _wanted;
    private long _characters;

    /// <summary>Methods for which there was no room.</summary>
    public long Dropped { get; private set; }

    /// <summary>From now on only those are kept that one of these addresses is in.</summary>
    /// <param name="wanted">Ascending.</param>
    public void Want(ulong[] wanted)
    {
        lock (_gate) _wanted = wanted;
    }

    /// <param name="wanted">Ascending.</param>
    /// <returns>What each is of, as far as the runtime has told by now; those of no method are left out.</returns>
    public Dictionary<ulong, string> NamesOf(ulong[] wanted)
    {
        lock (_gate) return Match(wanted);
    }

    /// <summary>Takes an event; payload of MethodLoadVerbose and MethodDCEndVerbose: MethodID, ModuleID, MethodStartAddress, MethodSize, MethodToken,
    /// MethodFlags, MethodNamespace, MethodName, MethodSignature.</summary>
    public void Take(in NetTraceEvent value, TraceHeader? header)
    {
        if (!(value.Metadata.EventId == MethodLoadVerbose && value.Metadata.Provider == Runtime) && !(value.Metadata.EventId == MethodDCEndVerbose && value.Metadata.Provider == Rundown)) return;
        var cursor = new BinaryCursor(value.Payload);
        cursor.Skip(2 * sizeof(long));
        ulong start = (ulong)cursor.ReadInt64();
        uint size = (uint)cursor.ReadInt32();
        cursor.Skip(2 * sizeof(int));
        ReadOnlySpan<char> space = cursor.ReadText(), name = cursor.ReadText(), signature = cursor.ReadText();
        if (cursor.HasFailed || size == 0) return;
        lock (_gate)
        {
            if (_wanted is { } wanted && !IsWanted(wanted, start, size)) return;
            if ((_methods.Count >= Most && !_methods.ContainsKey(start)) || _characters > MostCharacters)
            {
                Dropped++;
                return;
            }
            int parameters = signature.IndexOf('(');
            string whole = string.Concat(Cut(space), space.IsEmpty ? "" : ".", Cut(name), parameters < 0 ? "" : Cut(signature[parameters..]));
            if (_methods.TryGetValue(start, out (ulong Size, string Name) before)) _characters -= before.Name.Length;
            _methods[start] = (size, whole = MethodNames.Shorten(whole));
            _characters += whole.Length;
        }
    }

    private static bool IsWanted(ulong[] wanted, ulong start, ulong size)
    {
        int at = Array.BinarySearch(wanted, start);
        if (at < 0) at = ~at;
        return at < wanted.Length && wanted[at] - start < size;
    }

    private Dictionary<ulong, string> Match(ulong[] wanted)
    {
        var nearest = new NearestBelow(wanted);
        foreach ((ulong start, (ulong size, _)) in _methods) nearest.Add(start, size, 0, (long)start);
        return nearest.Found().ToDictionary(static found => found.Address, found => _methods[(ulong)found.Token].Name);
    }

    private static ReadOnlySpan<char> Cut(ReadOnlySpan<char> text) => text[..Math.Min(text.Length, LongestPart)];
}

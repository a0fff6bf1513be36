using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Tracing.Native.Symbols;

namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>What the code of a process is called: by its files, by its runtime, by its perf map, by the kernel.</summary>
/// <param name="directory">Of the process, which may have ended; not disposed.</param>
/// <param name="managed">Null for a program that is not of .NET.</param>
internal sealed class ProcessSymbols(ProcessDirectory directory, MappedFiles files, ManagedMethods? managed, SafeFileHandle? perfMap)
{
    private const long MostDebugBytes = 8L << 30;

    /// <summary>Characters of all names; code beyond has none.</summary>
    private const int MostCharacters = 64 << 20;

    /// <summary>Names of which is remembered how they were written: that takes longer than to look.</summary>
    private const int MostWritten = 20_000;

    private readonly Dictionary<ulong, string> _names = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _written = new(StringComparer.Ordinal);
    private int _left = MostCharacters;

    /// <summary>Names places of code.</summary>
    /// <param name="codes">As <see cref="CodeAddress"/> has them.</param>
    public async Task<Dictionary<ulong, string>> NameAsync(IReadOnlyCollection<ulong> codes)
    {
        var runtime = new List<ulong>();
        foreach (IGrouping<ushort, ulong> group in codes.GroupBy(CodeAddress.PlaceOf))
        {
            if (CodeAddress.IsKernel(group.First())) NameKernel(group);
            else if (files[group.Key] is { File: { Elf: { } elf } file } placement) NameFile(group, elf, file, placement.Bias);
            else runtime.AddRange(group); // Of no file, or of one that is none of the linker's: a runtime's.
        }
        await NameRuntimeAsync(runtime).ConfigureAwait(false);
        return _names;
    }

    private void NameKernel(IEnumerable<ulong> codes)
    {
        ulong[] wanted = Ordered(codes);
        Dictionary<ulong, string> names = KernelSymbols.NamesOf(wanted);
        foreach (ulong code in wanted) Name(code, ModuleNames.OfKernel(names.GetValueOrDefault(code)));
    }

    private void NameFile(IEnumerable<ulong> codes, ElfFile elf, MappedFile file, ulong bias)
    {
        Dictionary<ulong, ulong> addresses = codes.ToDictionary(static code => code, code => elf.ToAddress(CodeAddress.AddressOf(code) - bias) ?? 0);
        ulong[] wanted = Ordered(addresses.Values);
        Dictionary<ulong, string> names = elf.NamesOf(wanted);
        if (!elf.HasSymbols)
            foreach ((ulong address, string name) in DebugNames(elf, [.. wanted.Where(address => !names.ContainsKey(address))])) names[address] = name;
        foreach ((ulong code, ulong address) in addresses) Name(code, ModuleNames.Of(names.TryGetValue(address, out string? name) ? WrittenAs(name) : null, file.Name));
    }

    /// <summary>Of the file that a distribution keeps symbols in, found by the build id, which must be in it too.</summary>
    private Dictionary<ulong, string> DebugNames(ElfFile elf, ulong[] wanted)
    {
        if (wanted.Length == 0 || elf.BuildId is not { } id) return [];
        string digits = Convert.ToHexStringLower(id);
        using InnerFile? inner = directory.OpenInner($"/usr/lib/debug/.build-id/{digits[..2]}/{digits[2..]}.debug", out _);
        if (inner?.OpenRegular(owner: null, inode: null, MostDebugBytes, out _) is not { } handle) return [];
        using var bytes = new ByteSource(handle);
        return ElfFile.Parse(bytes) is { BuildId: { } other } debug && other.AsSpan().SequenceEqual(id) ? debug.NamesOf(wanted) : [];
    }

    private async Task NameRuntimeAsync(List<ulong> codes)
    {
        if (codes.Count == 0) return;
        ulong[] wanted = Ordered(codes.Select(CodeAddress.AddressOf));
        Dictionary<ulong, string> methods = managed is null ? [] : await managed.NamesOfAsync(wanted).ConfigureAwait(false), map = [];
        if (perfMap is not null)
        {
            using var bytes = new ByteSource(perfMap);
            map = PerfMap.NamesOf(bytes, [.. wanted.Where(address => !methods.ContainsKey(address))]);
        }
        foreach (ulong code in codes)
        {
            ulong address = CodeAddress.AddressOf(code);
            Name(code, methods.TryGetValue(address, out string? method) ? method : ModuleNames.Of(map.TryGetValue(address, out string? name) ? WrittenAs(name) : null, FileOf(code)));
        }
    }

    private string? FileOf(ulong code) => files[CodeAddress.PlaceOf(code)]?.File is { IsMemory: false } file ? file.Name : null;

    /// <summary>Each name is kept once, however much code has it.</summary>
    private void Name(ulong code, string name)
    {
        if (!_known.TryGetValue(name, out string? known))
        {
            if (_left <= 0) known = ModuleNames.Of(null, null);
            else _known.Add(known = name);
            _left -= name.Length + 32; // And what keeps it.
        }
        _names[code] = known;
    }

    /// <summary>As it was written, as far as it will be shown: short names may become long ones.</summary>
    private string WrittenAs(string name)
    {
        if (_written.TryGetValue(name, out string? written)) return written;
        written = Text.Quoting.Cut(Demangled.Of(name), ModuleNames.Longest + 1);
        if (_written.Count < MostWritten) _written.Add(name, written);
        return written;
    }

    private static ulong[] Ordered(IEnumerable<ulong> addresses) => [.. addresses.Distinct().Order()];
}

using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Tracing.Native.Symbols;
using ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>A file of which code is mapped, opened when a stack first goes through it, and kept open: so that it can be asked after the process has ended, and is the
/// one that was mapped whatever its name means by then.</summary>
/// <param name="path">As the process called it; whoever named it chose that.</param>
internal sealed class MappedFile(string path, ulong inode) : IDisposable
{
    private const long MostBytes = 16L << 30;

    /// <summary>A file of a network may not answer for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private ElfFile? _elf;
    private FrameTable? _rules;
    private bool _isOpened;

    public string Path => path;

    /// <summary>The last part of its path.</summary>
    public string Name => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>Memory that has a file's name only (memfd_create(2)), as runtimes make it for their code.</summary>
    public bool IsMemory => path.StartsWith("/memfd:", StringComparison.Ordinal);

    /// <summary>Where a piece of it is mapped: by that it is found.</summary>
    public (ulong Start, ulong End) Place { get; set; }

    /// <summary>Why nothing is known of its symbols; null if it could be read, or nobody has asked yet.</summary>
    public string? Refused { get; private set; }

    /// <summary>Null if it is no ELF file, or can't be read.</summary>
    public ElfFile? Elf => _elf;

    public FrameTable? Rules => _rules;

    /// <summary>Opens it, once.</summary>
    /// <param name="room">For unwinding rules, of all files together.</param>
    public void Open(ProcessDirectory directory, UnwindRoom room)
    {
        if (_isOpened) return;
        _isOpened = true;
        if (Blocking.TryRead(() => Read(directory, room), Patience, out (ElfFile? Elf, FrameTable? Rules, string? Refused) read)) (_elf, _rules, Refused) = read;
        else Refused = "did not answer in time";
    }

    public void Dispose() => _elf?.Bytes.Dispose();

    private (ElfFile? Elf, FrameTable? Rules, string? Refused) Read(ProcessDirectory directory, UnwindRoom room)
    {
        string? refused = null;
        ByteSource? bytes = path == MappedFiles.Vdso ? OwnVdso.Read() : Bytes(directory, out refused);
        if (bytes is null) return (null, null, refused);
        var elf = ElfFile.Parse(bytes);
        if (elf is null) bytes.Dispose();
        return (elf, elf is null ? null : FrameTable.Of(elf, room), null);
    }

    private ByteSource? Bytes(ProcessDirectory directory, out string? refused)
    {
        refused = null;
        SafeFileHandle? handle;
        using (InnerFile? mapped = directory.OpenMapped(Place.Start, Place.End, out _)) handle = mapped?.OpenRegular(owner: null, inode: null, MostBytes, out refused);
        if (handle is null && refused is null)
        {
            // Without the capability for that, or of a mapping that was split since: by its name, if that still means the same file.
            using InnerFile? named = directory.OpenInner(path, out ReadOutcome outcome);
            handle = named?.OpenRegular(owner: null, inode, MostBytes, out refused);
            if (named is null) refused = outcome == ReadOutcome.Denied ? "may not be read by us" : "is gone";
        }
        return handle is null ? null : new ByteSource(handle);
    }
}

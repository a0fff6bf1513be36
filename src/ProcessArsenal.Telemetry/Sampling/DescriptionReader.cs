using System.Text;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Reads what seldom changes about a process, and builds a <see cref="ProcessDescription"/> only if it did change: looking costs
/// system calls, but no allocation.</summary>
internal sealed class DescriptionReader(UserNames users) : IDisposable
{
    private static readonly byte[] DeletedSuffix = " (deleted)"u8.ToArray();

    private readonly CommandLineReader _commandLines = new(CommandLine.Cap + 1);
    private readonly byte[] _executable = new byte[4096];
    private readonly byte[] _commandLine = new byte[CommandLine.Cap + 1];
    private readonly byte[] _cgroup = new byte[16 * 1024];
    private readonly byte[] _limits = new byte[4096];
    private readonly ContentCache<string> _texts = new(512, static text => Encoding.UTF8.GetString(text));
    private readonly ContentCache<CommandLine> _lines = new(256, CommandLine.Of);
    private readonly ContentCache<ControlGroups> _groups = new(256, ControlGroups.Of);

    private int _executableLength;
    private int _commandLineLength;
    private int _cgroupLength;
    private ReadOutcome _executableOutcome;
    private ReadOutcome _commandLineOutcome;
    private ReadOutcome _cgroupOutcome;
    private ulong? _descriptorLimit;

    /// <summary>Whether we were refused the executable's path in the last <see cref="Fingerprint"/>.</summary>
    public bool ExecutableDenied => _executableOutcome == ReadOutcome.Denied;

    /// <summary>Whether there was no executable in the last <see cref="Fingerprint"/>: a kernel thread, or a process that exits.</summary>
    public bool ExecutableMissing => _executableOutcome == ReadOutcome.Gone;

    /// <summary>Whether the executable of the last <see cref="Fingerprint"/> is <c>dotnet</c>, whose command line says what it runs.</summary>
    public bool IsDotnetHost => _executableOutcome == ReadOutcome.Ok && _executable.AsSpan(0, _executableLength).EndsWith("/dotnet"u8);

    /// <summary>Whether the command line did not come in time in the last <see cref="FingerprintCommandLine"/>.</summary>
    public bool CommandLineLate => _commandLineOutcome == ReadOutcome.Malformed;

    public void Dispose() => _commandLines.Dispose();

    /// <summary>Begins to read the command line, which <see cref="FingerprintCommandLine"/> will ask for.</summary>
    public void BeginCommandLine(ProcessDirectory directory) => _commandLines.Begin(directory);

    /// <summary>Reads everything but the command line into buffers.</summary>
    /// <returns>A hash that changes when anything of it that a description holds does.</returns>
    public int Fingerprint(ProcessDirectory directory, in ProcStat stat, uint? user, DateTimeOffset? start)
    {
        _executableOutcome = directory.ReadExecutable(_executable, out _executableLength);
        _cgroupOutcome = directory.ReadCgroupBytes(_cgroup, out _cgroupLength);
        _descriptorLimit = directory.ReadLimits(_limits, out ProcLimits limits) == ReadOutcome.Ok ? limits.OpenFilesSoft : null;
        (_commandLineOutcome, _commandLineLength) = (ReadOutcome.Denied, 0);

        var hash = new HashCode();
        hash.Add(stat.IsKernelThread ? 0 : stat.NameHash); // The names of kernel workers change with what they happen to do.
        hash.Add(user);
        hash.Add(start);
        hash.Add(_executableOutcome);
        hash.AddBytes(_executable.AsSpan(0, _executableLength));
        hash.Add(_cgroupOutcome);
        hash.AddBytes(_cgroup.AsSpan(0, _cgroupLength));
        hash.Add(_descriptorLimit);
        return hash.ToHashCode();
    }

    /// <summary>Reads the command line, the dearest part: the target's memory lock has to be waited for. A kernel thread has neither.</summary>
    /// <returns>A hash that changes when it does.</returns>
    public int FingerprintCommandLine(ProcessDirectory directory, in ProcStat stat)
    {
        _commandLineOutcome = stat.IsKernelThread
            ? directory.ReadCommandLine(_commandLine, out _commandLineLength)
            : _commandLines.Read(directory, _commandLine, out _commandLineLength);
        var hash = new HashCode();
        hash.Add(_commandLineOutcome);
        hash.AddBytes(_commandLine.AsSpan(0, _commandLineLength));
        return hash.ToHashCode();
    }

    /// <summary>Builds a description of what the last <see cref="Fingerprint"/> and <see cref="FingerprintCommandLine"/> read.</summary>
    public ProcessDescription Describe(in ProcStat stat, ReadOnlySpan<byte> name, uint? user, DateTimeOffset? start)
    {
        (string? executable, bool deleted) = Executable();
        CommandLine line = _commandLineOutcome == ReadOutcome.Ok ? _lines.Get(_commandLine.AsSpan(0, _commandLineLength)) : CommandLine.Unknown;
        ControlGroups groups = _cgroupOutcome == ReadOutcome.Ok && _cgroupLength < _cgroup.Length
            ? _groups.Get(_cgroup.AsSpan(0, _cgroupLength))
            : ControlGroups.Unknown;
        return new ProcessDescription
        {
            Name = _texts.Get(name),
            IsKernelThread = stat.IsKernelThread,
            Executable = executable,
            ExecutableDeleted = deleted,
            Arguments = line.Arguments,
            CommandLine = line.Text,
            CommandLineTruncated = line.Truncated,
            UserId = user,
            User = user is { } id ? users.Find(id) : null,
            Cgroup = groups.Path,
            MemoryCgroup = groups.Memory,
            Cgroups = groups.All,
            Unit = groups.Unit,
            Container = groups.Container,
            DescriptorLimit = _descriptorLimit,
            StartTime = start,
        };
    }

    private (string? Path, bool Deleted) Executable()
    {
        if (_executableOutcome != ReadOutcome.Ok || _executableLength == 0) return (null, false);
        ReadOnlySpan<byte> path = _executable.AsSpan(0, _executableLength);
        bool deleted = path.EndsWith(DeletedSuffix);
        return (_texts.Get(deleted ? path[..^DeletedSuffix.Length] : path), deleted);
    }
}

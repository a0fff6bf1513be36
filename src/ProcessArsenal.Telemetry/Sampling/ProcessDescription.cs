namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>What seldom changes about a process: read when it is first seen, at each exec, and now and then. Immutable.
/// Anything here that the process can choose itself (name, arguments) is untrusted text: escape it, cap it, never execute it.</summary>
public sealed record ProcessDescription
{
    public const string KernelGroup = "kernel";

    /// <summary>comm: at most 15 bytes, invalid UTF-8 replaced. Chosen by the process.</summary>
    public required string Name { get; init; }

    public bool IsKernelThread { get; init; }

    /// <summary>The file behind /proc/PID/exe, without the kernel's <c> (deleted)</c>; null if we may not know or there is none.</summary>
    public string? Executable { get; init; }

    /// <summary>The executable's file is gone or was replaced since the process started.</summary>
    public bool ExecutableDeleted { get; init; }

    /// <summary>Arguments, capped; null if they can't be read, empty if there are none. Chosen by the process.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }

    /// <summary>The arguments joined by a space, capped; null if they can't be read. Chosen by the process.</summary>
    public string? CommandLine { get; init; }

    /// <summary>The same without what may be a secret: the only form that is shown and asked about. Made when it is first asked for.</summary>
    public string? ShownCommandLine => Arguments is { } arguments ? _shown.Of(arguments) : null;

    private readonly RedactedLine _shown = new();

    /// <summary>What is known of the program, by its executable and its arguments. Made when it is first asked for.</summary>
    internal Analysis.Categories.KnownProgram Program => _program.Of(this);

    private readonly Analysis.Categories.LastKnownProgram _program = new();

    /// <summary>The arguments did not fit within the cap.</summary>
    public bool CommandLineTruncated { get; init; }

    /// <summary>Effective user id; null if it can't be read.</summary>
    public uint? UserId { get; init; }

    /// <summary>The user's name from /etc/passwd, else the number; null if it can't be read.</summary>
    public string? User { get; init; }

    /// <summary>The systemd service or scope that it runs in, in full (<c>nginx.service</c>); null if none.</summary>
    public string? Unit { get; init; }

    /// <summary>The container's id (64 hexadecimal digits); null if none.</summary>
    public string? Container { get; init; }

    /// <summary>The control group's path; null if it can't be read.</summary>
    public string? Cgroup { get; init; }

    /// <summary>The control group that its memory is accounted to: in the v1 memory hierarchy if there is one, else in v2; null if it can't be
    /// read.</summary>
    public string? MemoryCgroup { get; init; }

    /// <summary>All paths of /proc/PID/cgroup, as process-exporter lists them; null if they can't be read.</summary>
    public string? Cgroups { get; init; }

    /// <summary>Soft RLIMIT_NOFILE, <see cref="Procfs.ProcLimits.Unlimited"/> if there is none; null if it can't be read.</summary>
    public ulong? DescriptorLimit { get; init; }

    /// <summary>Start time; null if the clock can't be read.</summary>
    public DateTimeOffset? StartTime
    {
        get;
        init
        {
            field = value;
            StartSeconds = value is { } start ? Math.Round((start - DateTimeOffset.UnixEpoch).TotalSeconds, 2) : null;
        }
    }

    /// <summary>The same as Unix time; exact to a clock tick, so two decimals.</summary>
    public double? StartSeconds { get; private init; }

    /// <summary>The base name that group rules go by: of the executable; if that can't be read or is no file of a name (memfd_create(2)), of the
    /// first argument where comm bears it out (comm is cut at 15 bytes); else comm.</summary>
    public string ExecutableName
    {
        get
        {
            if (Executable is not null && !Executable.StartsWith("/memfd:", StringComparison.Ordinal)) return BaseName(Executable);
            string first = Arguments is { Count: > 0 } ? BaseName(Arguments[0]) : "";
            return first.Length > 0 && first.StartsWith(Name, StringComparison.Ordinal) ? first : Name;
        }
    }

    /// <summary>What it runs, for groups that no rule names: <see cref="ExecutableName"/>, but for a program that <c>dotnet</c> runs the name of that one,
    /// or all of them were one group. For observation only: it is chosen by the process.</summary>
    public string ProgramName => IsDotnetHost && DotnetHost.ProgramOf(Arguments) is { } program ? program : ExecutableName;

    /// <summary>It is <c>dotnet</c>, whose arguments say what it runs.</summary>
    internal bool IsDotnetHost => ExecutableName == DotnetHost.Name;

    /// <summary>What follows the last slash.</summary>
    public static string BaseName(string path) => path[(path.LastIndexOf('/') + 1)..];
}

/// <summary>What <see cref="ProcessDescription.ShownCommandLine"/> was last time. No part of what a description is: any two are equal.</summary>
internal sealed class RedactedLine : IEquatable<RedactedLine>
{
    private Tuple<IReadOnlyList<string>, string>? _made; // One reference: readers on other threads see the old or the new.

    public string Of(IReadOnlyList<string> arguments)
    {
        if (_made is { } made && ReferenceEquals(made.Item1, arguments)) return made.Item2;
        string line = Redaction.ArgumentRedaction.HideLine(arguments);
        _made = Tuple.Create(arguments, line);
        return line;
    }

    public bool Equals(RedactedLine? other) => other is not null;

    public override bool Equals(object? obj) => obj is RedactedLine;

    public override int GetHashCode() => 0;
}

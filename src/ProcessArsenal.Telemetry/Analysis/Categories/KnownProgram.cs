using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Analysis.Categories;

/// <summary>What is known of a program by its executable and its arguments.</summary>
/// <param name="Role">A category other than a runtime; null if none is known.</param>
/// <param name="Runtime">As in <see cref="ProcessCategory.Runtime"/>.</param>
/// <param name="Module">What a runtime runs that tells the role; null if the executable does.</param>
internal sealed record KnownProgram(string? Role, string? Runtime, string? Module)
{
    public static KnownProgram Of(ProcessDescription description)
    {
        string executable = description.ExecutableName;
        string? runtime = KnownPrograms.RuntimeOf(executable);
        if (KnownPrograms.RoleOf(executable) is { } role) return new KnownProgram(role, runtime, null);
        string? module = null;
        string? hosted = runtime is not null && description.Arguments is { } arguments ? KnownPrograms.RoleOf(arguments, out module) : null;
        return new KnownProgram(hosted, runtime, module);
    }
}

/// <summary>What <see cref="KnownProgram.Of"/> was last time. No part of what a description is: any two are equal.</summary>
internal sealed class LastKnownProgram : IEquatable<LastKnownProgram>
{
    private Made? _made; // One reference: readers on other threads see the old or the new.

    public KnownProgram Of(ProcessDescription description)
    {
        if (_made is { } made && ReferenceEquals(made.Name, description.Name) && ReferenceEquals(made.Executable, description.Executable) && ReferenceEquals(made.Arguments, description.Arguments)) return made.Program;
        KnownProgram program = KnownProgram.Of(description);
        _made = new Made(description.Name, description.Executable, description.Arguments, program);
        return program;
    }

    public bool Equals(LastKnownProgram? other) => other is not null;

    public override bool Equals(object? obj) => obj is LastKnownProgram;

    public override int GetHashCode() => 0;

    private sealed record Made(string Name, string? Executable, IReadOnlyList<string>? Arguments, KnownProgram Program);
}

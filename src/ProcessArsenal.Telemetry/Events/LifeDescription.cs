using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Events;

/// <summary>Who a process was that ended before it was sampled. Pure functions.</summary>
internal static class LifeDescription
{
    /// <param name="parent">What the tracker knows of its parent, if the events did not tell; null if nothing.</param>
    /// <param name="namesake">A process of the same name; null if there was none.</param>
    /// <param name="guessed">It is not certain: it executed a file, and was gone before we could look.</param>
    /// <returns>Null if nothing is known of it.</returns>
    public static ProcessDescription? Of(ProcessLife life, ProcessDescription? parent, ProcessDescription? namesake, out bool guessed)
    {
        guessed = false;
        if (life.Description is { } known) return known;
        parent = life.Known ?? parent;
        // What was forked and never executed a file is what its parent is, but for the name that it may have given itself.
        guessed = life.HasExecuted || parent is null;
        if (!guessed) return parent;
        parent ??= life.OfAncestor;
        if (life.Name is not { } name) return parent;
        // All that dotnet runs are called that: they share its first argument, and no more.
        string? host = namesake is { IsDotnetHost: true, Arguments: [string first, ..] } ? first : null;
        return new ProcessDescription
        {
            Name = name,
            Executable = namesake?.Executable,
            Arguments = host is null ? namesake?.Arguments : [host],
            CommandLine = host ?? namesake?.CommandLine,
            UserId = parent?.UserId,
            User = parent?.User,
            Cgroup = parent?.Cgroup,
            MemoryCgroup = parent?.MemoryCgroup,
            Unit = parent?.Unit,
            Container = parent?.Container,
        };
    }
}

namespace ProcessArsenal.Telemetry.Tracing.Profiles;

/// <summary>Where the threads of a program were found, again and again.</summary>
internal sealed class StackProfile
{
    /// <summary>Names of methods; frames are places in it.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>One for each thread and stack.</summary>
    public required IReadOnlyList<StackCount> Stacks { get; init; }

    public required DateTimeOffset Began { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>What one sample of a running thread stands for.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>CPU time of threads by the kernel's account, by their ids; null where nobody asked it. Who has one has that much, however often it was found
    /// running; who has none (it ended meanwhile) what its samples say.</summary>
    public IReadOnlyDictionary<int, double>? ThreadSeconds { get; init; }

    public long Running => Stacks.Sum(static stack => stack.Running);

    public long Waiting => Stacks.Sum(static stack => stack.Waiting);

    /// <summary>Seconds of CPU time of each stack, in the order of <see cref="Stacks"/>.</summary>
    public double[] Seconds()
    {
        Dictionary<int, long> running = Stacks.GroupBy(static stack => stack.Thread).ToDictionary(static group => group.Key, static group => group.Sum(static stack => stack.Running));
        return [.. Stacks.Select(stack => stack.Running * (ThreadSeconds is { } known && known.TryGetValue(stack.Thread, out double seconds) ? seconds / Math.Max(1, running[stack.Thread]) : Interval.TotalSeconds))];
    }
}

/// <summary>How often a thread was found with one stack.</summary>
/// <param name="Thread">Its id, as the kernel has it within the program's pid namespace; where the kernel sampled, in ours.</param>
/// <param name="Frames">The outermost first.</param>
/// <param name="Running">Samples.</param>
/// <param name="Waiting">Samples in which it was in a method that waits.</param>
internal readonly record struct StackCount(int Thread, int[] Frames, long Running, long Waiting);

using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>One concern: reads its kernel source into the raw sample and owns the descriptors of what is published from it.
/// Stateless; one instance serves every process.</summary>
public abstract class Collector
{
    /// <summary>The signal's name, as in <c>arsenal_signal_available{signal}</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What it takes to read it of any process.</summary>
    public virtual string Needs => "";

    /// <summary>Whether it has a kernel source of its own, beyond stat, which is read of every process to know it at all.</summary>
    public virtual bool ReadsSource => false;

    public abstract IReadOnlyList<Metric> Metrics { get; }

    /// <summary>Whether the source is to be read now; it is asked only of a process whose stat moved, or whose slow round it is.</summary>
    /// <param name="sample">What is known, of this tick as far as it was read, else of an earlier one.</param>
    /// <param name="slowRound">Everything is to be read that seldom changes.</param>
    internal virtual bool IsDue(in ProcessSample sample, bool slowRound) => true;

    /// <summary>Reads the source. Must not allocate. Whatever is not Ok must leave the value null.</summary>
    internal virtual ReadOutcome Collect(ProcessDirectory directory, in CollectionContext context, ref ProcessSample sample) => ReadOutcome.Ok;
}

/// <summary>What collectors share within a tick.</summary>
internal readonly ref struct CollectionContext(Span<byte> buffer, bool descriptorSizeIsCount)
{
    public readonly Span<byte> Buffer = buffer;
    public readonly bool DescriptorSizeIsCount = descriptorSizeIsCount;
}

using ProcessArsenal.Control.Guards;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Actions;

/// <summary>What an action would do beyond its target. Asked when it is decided, and again immediately before the harm.</summary>
internal sealed record Reach
{
    /// <summary>Its target, and nobody else.</summary>
    public static readonly Reach TargetOnly = new();

    /// <summary>What is acted upon as a whole, such as <c>systemd unit nginx.service</c>; null: the target itself. Targets of one request that have the same are
    /// acted upon once.</summary>
    public string? Owner { get; init; }

    /// <summary>The owner of which all processes end with the target; null: the target alone, or it is the owner's own business.</summary>
    public Restarting.Owner? Whole { get; init; }

    /// <summary>Who might be expected to end with the target, and is let be, in words; null: nobody.</summary>
    public string? Spared { get; init; }

    /// <summary>Who else would end. Guards are asked of each, and none counts as left.</summary>
    public IReadOnlyList<ProcessIdentity> Others { get; init; } = [];

    /// <summary>The first process of a container, which its engine starts and ends: that it is a program which is dear to a host makes no difference.</summary>
    public ProcessIdentity? ContainerInit { get; init; }

    /// <summary>What it takes for a while, if that is much; null: next to nothing.</summary>
    public Burden? Burden { get; init; }

    /// <summary>Why it can't be done; null if it can.</summary>
    public Objection? Objection { get; init; }
}

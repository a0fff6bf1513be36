using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Targeting;

/// <summary>Whom something is to be done to: a process, as an identity with what is shown of it; or a supervised child, which may have none.</summary>
/// <param name="Identity">Of a child that does not run: none, all zeros.</param>
/// <param name="Name">comm, chosen by the process: to be shown, never to be gone by; empty if it is not known yet.</param>
/// <param name="Group">The group that it is counted in, as far as that is proven; null: none.</param>
public sealed record Target(ProcessIdentity Identity, string Name, string? Group)
{
    /// <summary>The file that it ran when it was sampled; null if that is not known.</summary>
    public string? Executable { get; init; }

    /// <summary>The systemd unit, and the container, that its control group is of; null: none.</summary>
    public string? Unit { get; init; }

    /// <inheritdoc cref="Unit"/>
    public string? Container { get; init; }

    /// <summary>Why the configuration protects it (control.protected), in words; what is not known does. Null: it does not.</summary>
    public string? ProtectedBy { get; init; }

    /// <summary>The child that is meant, whichever process it has; null: the process is meant.</summary>
    public ChildName? Child { get; init; }

    /// <summary>As it is written in the ledger and in answers.</summary>
    public string Label => Child?.ToString() ?? Identity.ToString();

    /// <summary>By which it is acted on; null: it is a process, or only told of.</summary>
    internal SupervisedChild? Supervised { get; init; }

    /// <summary>What it is noted under while something is done to it.</summary>
    internal ProcessIdentity Key => Supervised?.Key ?? Identity;
}

using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Targeting;

/// <summary>A process that something is to be done to: an identity, with what is shown of it.</summary>
/// <param name="Name">comm, chosen by the process: to be shown, never to be gone by; empty if it is not known yet.</param>
/// <param name="Group">The group that it is counted in, as far as that is proven; null: none.</param>
public sealed record Target(ProcessIdentity Identity, string Name, string? Group)
{
    /// <summary>The file that it ran when it was sampled; null if that is not known.</summary>
    public string? Executable { get; init; }

    /// <summary>Why the configuration protects it (control.protected), in words; what is not known does. Null: it does not.</summary>
    public string? ProtectedBy { get; init; }
}

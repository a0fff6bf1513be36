namespace ProcessArsenal.Control.Restarting;

/// <summary>Who can start a process again; in this order: the later one is the nearer to the process, where there are several.</summary>
public enum OwnerKind
{
    /// <summary>Nobody that we know how to ask; <see cref="Owner.Reason"/> says why.</summary>
    Nobody,

    /// <summary>A service of systemd, the system's or a user's.</summary>
    SystemdUnit,

    /// <summary>A container of an engine that speaks Docker's API.</summary>
    Container,

    /// <summary>A container of a Kubernetes pod: the kubelet starts it again once its main process has ended.</summary>
    PodContainer,
}

/// <summary>The hierarchy that a path of a control group belongs to (cgroups(7)).</summary>
public enum CgroupHierarchy
{
    /// <summary>That of v2.</summary>
    Unified,

    /// <summary>Systemd's own of v1 (<c>name=systemd</c>).</summary>
    Systemd,

    /// <summary>The one of v1 with the memory controller.</summary>
    Memory,
}

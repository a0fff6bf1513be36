namespace ProcessArsenal.Control.Restarting;

/// <summary>How owners are asked, and how long is waited.</summary>
public sealed record RestartOptions
{
    /// <summary>From the order to restart until the new process is there.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the old process may take to end by itself, where that is ours to say (containers, pods); then it is killed. At most half of the timeout.
    /// A unit has its own, TimeoutStopSec.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the new process must live to count.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an owner may take to tell about itself.</summary>
    public TimeSpan LookTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two looks for the new process.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Where systemctl may be; the first that is there is run.</summary>
    public IReadOnlyList<string> Systemctl { get; init; } = ["/usr/bin/systemctl", "/bin/systemctl"];

    /// <summary>Directory of the sockets of a user's service manager (XDG_RUNTIME_DIR); null: /run/user/UID.</summary>
    public string? UserRuntimeDirectory { get; init; }

    /// <summary>Sockets of engines that speak Docker's API; those that are not there are passed over.</summary>
    public IReadOnlyList<string> EngineSockets { get; init; } = ["/run/podman/podman.sock", "/var/run/docker.sock"];

    /// <summary>Whether we run in a pod ourselves: then a container beside ours is one of that pod.</summary>
    public bool InPod { get; init; }

    /// <summary>What is known of a pod's restart policy, by its UID (null: our own pod). It is not to be seen from a host, so whoever knows must say.</summary>
    public Func<string?, PodRestartPolicy> PodPolicy { get; init; } = static _ => PodRestartPolicy.Unknown;
}

/// <summary>restartPolicy of a pod.</summary>
public enum PodRestartPolicy
{
    Unknown,
    Always,
    OnFailure,
    Never,
}

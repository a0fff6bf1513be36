namespace ProcessArsenal.Procfs;

/// <summary>How an attempt to read one kernel source ended. Only <see cref="Ok"/> comes with a value: missing is not zero.</summary>
public enum ReadOutcome
{
    /// <summary>Read and parsed.</summary>
    Ok,

    /// <summary>The process is gone (ENOENT or ESRCH). Not an error: it may vanish between any two calls.
    /// A file that this kernel does not have looks the same; reading stat again tells them apart.</summary>
    Gone,

    /// <summary>The kernel refuses us (EACCES or EPERM).</summary>
    Denied,

    /// <summary>What was read does not have the documented shape, or another I/O error occurred.</summary>
    Malformed,
}

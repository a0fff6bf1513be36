namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>A process that ended by SIGKILL, and whether the kernel sent it as memory ran out.</summary>
/// <param name="cgroup">Whose memory it used; null if that is not known.</param>
/// <param name="isCertain">False if it may have been in another one.</param>
/// <param name="residentPages">What it had in its latest sample; 0 if it had none.</param>
internal sealed class OomSuspect(string? cgroup, bool isCertain, long residentPages)
{
    public string? Cgroup { get; } = cgroup;

    public bool IsCertain { get; } = isCertain;

    public long ResidentPages { get; } = residentPages;

    /// <summary>The answer, once <see cref="OomKills.Decide"/> has been called.</summary>
    public bool WasKilled { get; set; }

    /// <summary>No counter of a control group speaks for it: that of the whole machine decides.</summary>
    public bool IsElsewhere { get; set; }
}

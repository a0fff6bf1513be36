namespace ProcessArsenal.Control.Alerting.Raising;

/// <summary>An alert that we have raised, and what each replica knows of it. Used under the client's lock.</summary>
internal sealed class OpenAlert(ulong fingerprint, IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> annotations, DateTimeOffset began, DateTimeOffset until)
{
    /// <summary>How long Alertmanager believes in what we last said. Prometheus says four times its resend delay.</summary>
    public static readonly TimeSpan Believed = TimeSpan.FromMinutes(4);

    /// <summary>So often we say it again.</summary>
    public static readonly TimeSpan Resend = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Uri, DateTimeOffset> _told = [];

    public ulong Fingerprint => fingerprint;

    public DateTimeOffset Until => until;

    /// <summary>When it was resolved; null: it is not.</summary>
    public DateTimeOffset? Ended { get; private set; }

    /// <summary>It is raised once more while it is open: it began when it did.</summary>
    public OpenAlert Renewed(IReadOnlyDictionary<string, string> with, DateTimeOffset to) => new(fingerprint, labels, with, began, to);

    public void End(DateTimeOffset at)
    {
        Ended ??= at;
        _told.Clear(); // Each is to be told that.
    }

    /// <summary>Whether nothing is left to say: every replica knows its end, or has stopped believing in it.</summary>
    public bool IsOver(IReadOnlyList<Uri> replicas, DateTimeOffset now) =>
        Ended is { } ended ? now - ended >= Believed || replicas.All(_told.ContainsKey) : now >= until;

    public bool IsDue(Uri replica, DateTimeOffset now) => !_told.TryGetValue(replica, out DateTimeOffset at) || (Ended is null && now - at >= Resend);

    public void Told(Uri replica, DateTimeOffset at, bool wasEnded)
    {
        if (wasEnded == Ended is not null) _told[replica] = at; // Else it was resolved meanwhile, and that is still to be said.
    }

    public PostableAlert ToPost(DateTimeOffset now) => new(labels, annotations, began, Ended ?? (until < now + Believed ? until : now + Believed));
}

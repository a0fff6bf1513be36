namespace ProcessArsenal.Control.Alerting;

/// <summary>The incidents that are open, and those that have ended just now. Used by the thread that writes alone: what is drafted counts once it is on the disk.</summary>
internal sealed class IncidentBook
{
    private readonly Dictionary<ulong, Incident> _open = [], _ended = [];

    public int Told { get; private set; }

    public int Untold => _open.Count - Told;

    /// <summary>Bytes of what is kept of those that are open.</summary>
    public long Bytes { get; private set; }

    /// <summary>The one that is open, or else one that has ended just now.</summary>
    public Incident? Find(ulong fingerprint) => _open.GetValueOrDefault(fingerprint) ?? _ended.GetValueOrDefault(fingerprint);

    public void Set(Incident incident)
    {
        if (_open.Remove(incident.Fingerprint, out Incident? before)) Count(before, -1);
        if (incident.Ended is not null)
        {
            _ended[incident.Fingerprint] = incident;
            return;
        }
        _ended.Remove(incident.Fingerprint);
        _open[incident.Fingerprint] = incident;
        Count(incident, 1);
    }

    /// <summary>Those that nobody has heard of for too long.</summary>
    public List<Incident> NotSeenSince(DateTimeOffset time) => [.. _open.Values.Where(incident => incident.Seen < time)];

    /// <summary>Of those that have ended, the ones that ended before a time are not known any more.</summary>
    public void ForgetEnded(DateTimeOffset before)
    {
        foreach ((ulong fingerprint, Incident incident) in _ended)
            if (incident.Ended < before) _ended.Remove(fingerprint);
    }

    public int Ended => _ended.Count;

    private void Count(Incident incident, int sign)
    {
        if (incident.IsTold) Told += sign;
        Bytes += sign * incident.Bytes;
    }
}

using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Who was seen to connect from one address to one service. A short connection mostly has ended before anybody could look who holds it; if there is
/// one process alone that was seen with such, again and again, the others are told as its as well.</summary>
internal sealed class ClientSightings
{
    private const int Most = 4096;

    /// <summary>Short connections that one must have been seen with, at so many looks, and nobody else with any. Of two that make as many, all of these are of the
    /// same one in one of 128 cases.</summary>
    private const int Enough = 8, EnoughLooks = 3;

    /// <summary>Of those that were seen while somebody looked whose they are, as many for each that remained unknown: of a process that is looked at, few do.
    /// </summary>
    private const int EnoughForUnknown = 2;

    private readonly Dictionary<(UInt128 Address, TcpEndpoint Towards), Sighting> _seen = [];

    /// <summary>Notes a connection that is done with, or still open at the end.</summary>
    /// <param name="end">The client's.</param>
    /// <param name="isShort">It was made and ended within the window. One that stays open, as of a pool, says nothing of short ones but who else is a client.</param>
    public void Add(UInt128 address, TcpEndpoint towards, ConnectionEnd end, bool isShort)
    {
        if (end.Inode == 0) return; // Nobody saw it.
        if (!_seen.TryGetValue((address, towards), out Sighting? sighting))
        {
            if (_seen.Count >= Most) return;
            _seen[(address, towards)] = sighting = new Sighting();
        }
        if (end.Holder is not { } holder)
        {
            sighting.IsOfSeveral |= (sighting.UnknownUser ??= end.UserId) != end.UserId;
            if (isShort && end.IsSighted) sighting.Unknown++;
            return;
        }
        sighting.IsOfSeveral |= (sighting.Identity ??= holder.Identity) != holder.Identity;
        sighting.User = end.UserId;
        if (!isShort) return;
        sighting.Short++;
        if (sighting.LastLook != end.LastLook) sighting.Looks++;
        sighting.LastLook = end.LastLook;
    }

    /// <summary>The identity of the one that makes them; null if there are several, or it is not known.</summary>
    public string? Of(UInt128 address, TcpEndpoint towards) =>
        _seen.TryGetValue((address, towards), out Sighting? sighting) && sighting is { IsOfSeveral: false, Short: >= Enough, Looks: >= EnoughLooks } && sighting.Short >= EnoughForUnknown * sighting.Unknown
            && (sighting.UnknownUser is null || sighting.UnknownUser == sighting.User) ? sighting.Identity : null;

    private sealed class Sighting
    {
        public string? Identity { get; set; }
        public uint? User { get; set; }
        public uint? UnknownUser { get; set; }
        public int Short { get; set; }
        public int Looks { get; set; }
        public int LastLook { get; set; }
        public int Unknown { get; set; }
        public bool IsOfSeveral { get; set; }
    }
}

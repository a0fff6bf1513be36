using System.Text;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Publishing;

namespace ProcessArsenal.Telemetry.Compatibility;

/// <summary>The threads of one group by name and by what they wait in. Names beyond the cap are counted as <see cref="Grouper.Overflow"/>;
/// those without threads leave after some time.</summary>
internal sealed class GroupThreads(GroupKey group)
{
    public const int MaxNames = 100;
    public const int MaxChannels = 200;
    private const int MaxBytes = 128;

    private readonly Dictionary<string, ThreadName> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WaitChannel> _channels = new(StringComparer.Ordinal);
    private readonly List<string> _leaving = [];

    public Dictionary<string, ThreadName>.ValueCollection Names => _names.Values;

    public Dictionary<string, WaitChannel>.ValueCollection Channels => _channels.Values;

    /// <summary>Threads of this tick whose name, or wait channel, was one too many.</summary>
    public int Folded { get; private set; }

    /// <summary>The account of a name; allocates only for one that is new here.</summary>
    public ThreadName Name(ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[MaxBytes];
        return Name(Decode(name, text));
    }

    public ThreadName Name(ReadOnlySpan<char> name)
    {
        var lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(name, out ThreadName? known)) return known;
        string text = _names.Count < MaxNames ? name.ToString() : Grouper.Overflow;
        if (!_names.TryGetValue(text, out known)) _names.Add(text, known = new ThreadName(group, text));
        return known;
    }

    /// <summary>The account of a wait channel; null for none, which the kernel writes as <c>0</c>.</summary>
    public WaitChannel? Channel(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.SequenceEqual("0"u8)) return null;
        Span<char> text = stackalloc char[MaxBytes];
        return Channel(Decode(name, text));
    }

    public WaitChannel Channel(ReadOnlySpan<char> name)
    {
        var lookup = _channels.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(name, out WaitChannel? known)) return known;
        string text = _channels.Count < MaxChannels ? name.ToString() : Grouper.Overflow;
        if (!_channels.TryGetValue(text, out known)) _channels.Add(text, known = new WaitChannel(group, text));
        return known;
    }

    public void BeginTick()
    {
        Folded = 0;
        foreach (ThreadName name in _names.Values) name.Count = name.WithoutIo = 0;
        foreach (WaitChannel channel in _channels.Values) channel.Count = 0;
    }

    /// <summary>Lets go of what has had no thread for long enough.</summary>
    public void EndTick(long now, TimeProvider time, TimeSpan linger)
    {
        foreach (ThreadName name in _names.Values)
        {
            if (name.Count > 0) name.LastSeen = now;
            else if (time.GetElapsedTime(name.LastSeen, now) >= linger) _leaving.Add(name.Name);
        }
        foreach (string name in _leaving)
            if (_names.Remove(name, out ThreadName? left)) left.HasLeft = true;
        _leaving.Clear();
        foreach (WaitChannel channel in _channels.Values)
        {
            if (channel.Count > 0) channel.LastSeen = now;
            else if (time.GetElapsedTime(channel.LastSeen, now) >= linger) _leaving.Add(channel.Name);
        }
        foreach (string name in _leaving)
            if (_channels.Remove(name, out WaitChannel? left)) left.HasLeft = true;
        _leaving.Clear();
        if (_names.Count > MaxNames) Folded = _names[Grouper.Overflow].Count;
        if (_channels.Count > MaxChannels) Folded += _channels[Grouper.Overflow].Count;
    }

    /// <summary>The group's labels and one more.</summary>
    public static byte[] Encode(GroupKey group, string label, string value) => LabelBlock.Encode(
        [("groupname", group.Name), .. group.Labels.Select(pair => (pair.Key, (string?)pair.Value)), (label, value)]);

    private static ReadOnlySpan<char> Decode(ReadOnlySpan<byte> name, Span<char> text)
    {
        if (name.Length > text.Length) name = name[..text.Length];
        return text[..Encoding.UTF8.GetChars(name, text)];
    }
}

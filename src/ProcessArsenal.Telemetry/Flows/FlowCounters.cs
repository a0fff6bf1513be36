using ProcessArsenal.Telemetry.Publishing;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Bytes from group to group since the watch began. Written by one watch, read by any number of ticks.</summary>
public sealed class FlowCounters
{
    /// <summary>Whose group is not known, and who is elsewhere. No group has such a name: they begin with a letter of a program.</summary>
    public const string Unknown = "(unknown)", Remote = "(remote)", Other = "other";

    /// <summary>Pairs; what comes after is one more, of <see cref="Other"/>.</summary>
    public const int Most = 1000;

    private readonly Dictionary<(string Source, string Destination, string Transport), ulong> _bytes = [];
    private FlowCounterRow[] _rows = [];

    /// <summary>The latest; null while nobody watches.</summary>
    internal FlowCounterRow[]? Rows => Volatile.Read(ref _rows) is { Length: > 0 } rows ? rows : null;

    /// <summary>Adds what went through since the last time.</summary>
    /// <param name="report">What was seen.</param>
    /// <param name="groupOf">Of a party.</param>
    public void Add(FlowReport report, Func<FlowParty, string> groupOf)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(groupOf);
        foreach (FlowPair pair in report.Pairs)
            if (pair.Bytes is > 0 and var bytes) Add((groupOf(pair.From), groupOf(pair.To), pair.Transport), bytes);
        if (report.Other?.Bytes is > 0 and var rest) Add((Other, Other, "tcp"), rest);
        Volatile.Write(ref _rows, [.. _bytes.OrderBy(static pair => pair.Key).Select(static pair => new FlowCounterRow(LabelBlock.Encode(("source", pair.Key.Source), ("destination", pair.Key.Destination), ("transport", pair.Key.Transport)), pair.Value))]);
    }

    private void Add((string, string, string Transport) key, ulong bytes)
    {
        if (!_bytes.ContainsKey(key) && _bytes.Count >= Most) key = (Other, Other, key.Transport);
        _bytes[key] = _bytes.GetValueOrDefault(key) + bytes;
    }
}

/// <param name="Labels">Encoded for a page.</param>
internal sealed record FlowCounterRow(byte[] Labels, double Bytes);

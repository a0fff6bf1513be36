using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis;

/// <summary>Which processes, and in what order.</summary>
/// <param name="Where">Only those for which it is true; null: all.</param>
/// <param name="Sort">The field whose values they are sorted by. Those that have none come last, either way; equal ones by pid.</param>
/// <param name="Descending">The greatest first.</param>
/// <param name="After">Only those that come after this place; null: from the first on.</param>
public sealed record ProcessQuery(Expression? Where, Field Sort, bool Descending, ProcessPlace? After = null)
{
    /// <summary>Text is compared by its first so many UTF-16 units.</summary>
    public const int MaxTextKey = 128;

    /// <summary>Selects and sorts.</summary>
    /// <param name="total">How many there are from the first on.</param>
    /// <returns>Indexes into the snapshot's processes, in order.</returns>
    public int[] Select(Snapshot snapshot, out int total)
    {
        ReadOnlySpan<ProcessRow> rows = snapshot.Processes;
        var places = new List<(ProcessPlace Place, int Index)>(Where is null ? rows.Length : 64);
        total = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            ref readonly ProcessRow row = ref rows[i];
            if (Where is not null && Where.Evaluate(row) != Truth.True) continue;
            total++;
            ProcessPlace place = PlaceOf(row);
            if (After is null || Compare(place, After.Value) > 0) places.Add((place, i));
        }
        places.Sort((a, b) => Compare(a.Place, b.Place));
        return [.. places.Select(static entry => entry.Index)];
    }

    /// <summary>Where a process stands.</summary>
    public ProcessPlace PlaceOf(in ProcessRow row)
    {
        int pid = row.Sample.Identity.Pid;
        return Sort switch
        {
            NumberField number => new ProcessPlace(number.Read(row), null, pid),
            FlagField flag => new ProcessPlace(flag.Read(row) is { } value ? value ? 1 : 0 : null, null, pid),
            TextField text => new ProcessPlace(null, text.Read(row) is { } value ? Text.Quoting.Cut(value, MaxTextKey) : null, pid),
            _ => new ProcessPlace(null, null, pid),
        };
    }

    private int Compare(in ProcessPlace a, in ProcessPlace b)
    {
        int order = IsMissing(a).CompareTo(IsMissing(b));
        if (order != 0) return order;
        order = a.Number is { } x && b.Number is { } y ? x.CompareTo(y) : string.CompareOrdinal(a.Text, b.Text);
        if (order != 0) return Descending ? -order : order;
        return a.Pid.CompareTo(b.Pid);
    }

    private static bool IsMissing(in ProcessPlace place) => place.Number is null && place.Text is null;
}

/// <summary>Where a process stands in a sorted list: what a list that goes on later begins after. Both values null: it has none.</summary>
/// <param name="Number">Of a field that is a number or a flag.</param>
/// <param name="Text">Of a field that is text, cut.</param>
/// <param name="Pid">Its pid.</param>
public readonly record struct ProcessPlace(double? Number, string? Text, int Pid);

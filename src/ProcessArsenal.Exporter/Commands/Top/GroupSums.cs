using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>What the members of each group come to, for every column that can be folded.</summary>
internal sealed class GroupSums
{
    private static readonly Column[] Folded = [.. ColumnCatalogue.All.Where(column => column.Fold != Fold.None)];

    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private Cell[] _cells = [];

    public int Count => _names.Count;

    public string NameOf(int group) => _names[group];

    /// <summary>The sum of what could be read; null if nothing could.</summary>
    /// <param name="isPartial">There are members whose value can't be read: the true value is no less than this.</param>
    public double? Value(int group, Column column, out bool isPartial)
    {
        Cell cell = _cells[group * Folded.Length + Array.IndexOf(Folded, column)];
        isPartial = cell.Missing > 0;
        return cell.Read > 0 ? cell.Value : null;
    }

    /// <param name="members">Indexes of the processes that count. One that an exclusion rule took out of its group is in none.</param>
    public void Build(ReadOnlySpan<ProcessRow> rows, ReadOnlySpan<int> members)
    {
        _indexes.Clear();
        _names.Clear();
        foreach (int member in members)
            if (rows[member].Group is { } name && _indexes.TryAdd(name, _names.Count)) _names.Add(name);
        int size = _names.Count * Folded.Length;
        if (_cells.Length < size) _cells = new Cell[size * 2];
        _cells.AsSpan(0, size).Clear();
        foreach (int member in members)
        {
            ref readonly ProcessRow row = ref rows[member];
            if (row.Group is null) continue;
            Span<Cell> cells = _cells.AsSpan(_indexes[row.Group] * Folded.Length, Folded.Length);
            for (int i = 0; i < cells.Length; i++) cells[i].Add(Folded[i].Number!(row), Folded[i].Fold);
        }
    }

    private struct Cell
    {
        public double Value;
        public int Read;
        public int Missing;

        public void Add(double? value, Fold fold)
        {
            if (value is not { } number)
            {
                Missing++;
                return;
            }
            Value = fold == Fold.Largest ? Math.Max(Value, number) : Value + number;
            Read++;
        }
    }
}

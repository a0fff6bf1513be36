using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>What is listed, and in which order: processes, or groups of them. Its arrays are used again, so that listing some thousand
/// processes allocates nothing.</summary>
internal sealed class Listing
{
    private int[] _items = [];
    private double[] _numbers = [];
    private double[] _memory = [];
    private string?[] _texts = [];

    /// <summary>Lines of the list.</summary>
    public int Count { get; private set; }

    /// <summary>Processes that the filter selects, listed or not.</summary>
    public int Selected { get; private set; }

    /// <summary>The sums, where groups are listed.</summary>
    public GroupSums Groups { get; } = new();

    /// <summary>The index of the process, or of the group, on a line.</summary>
    public int this[int line] => _items[line];

    public void Build(ReadOnlySpan<ProcessRow> rows, TopState state)
    {
        Reserve(rows.Length);
        Count = 0;
        for (int i = 0; i < rows.Length; i++)
            if (IsWanted(rows[i], state)) _items[Count++] = i;
        Selected = Count;
        if (state.Grouped)
        {
            Groups.Build(rows, _items.AsSpan(0, Count));
            Count = Groups.Count;
            for (int i = 0; i < Count; i++) _items[i] = i;
        }
        ReadKeys(rows, state);
        Span<int> items = _items.AsSpan(0, Count);
        bool ascending = state.Sort.Ascending != state.Reversed;
        if (state.Sort.Text is null) items.Sort(new ByNumber(_numbers, _memory, ascending));
        else items.Sort(new ByText(_texts, ascending));
        if (state.Limit > 0) Count = Math.Min(Count, state.Limit);
    }

    /// <summary>Kernel threads are seldom what one looks for: they are listed if asked for, by a key or by a filter.</summary>
    private static bool IsWanted(in ProcessRow row, TopState state) => state.Where is { } where
        ? where.Evaluate(row) == Truth.True
        : state.Kernel || !row.Description.IsKernelThread;

    private void ReadKeys(ReadOnlySpan<ProcessRow> rows, TopState state)
    {
        Column memory = ColumnCatalogue.Find("memory");
        foreach (int item in _items.AsSpan(0, Count))
        {
            if (state.Sort.Text is { } text) _texts[item] = state.Grouped ? Groups.NameOf(item) : text(rows[item]);
            else _numbers[item] = Value(rows, state, state.Sort, item);
            _memory[item] = Value(rows, state, memory, item) is var size && double.IsNaN(size) ? -1 : size; // NaN has no place in an order
        }
    }

    private double Value(ReadOnlySpan<ProcessRow> rows, TopState state, Column column, int item) =>
        (state.Grouped ? Groups.Value(item, column, out _) : column.Number!(rows[item])) ?? double.NaN;

    private void Reserve(int count)
    {
        if (_items.Length >= count) return;
        int room = count + count / 4 + 64;
        _items = new int[room];
        _numbers = new double[room];
        _memory = new double[room];
        _texts = new string?[room];
    }

    /// <summary>What can't be read comes last, either way round. Of equals the larger comes first, and then the one listed first, so that
    /// lines do not dance.</summary>
    private readonly struct ByNumber(double[] numbers, double[] memory, bool ascending) : IComparer<int>
    {
        public int Compare(int x, int y)
        {
            double a = numbers[x], b = numbers[y];
            if (a > b) return ascending ? 1 : -1;
            if (a < b) return ascending ? -1 : 1;
            if (double.IsNaN(a) != double.IsNaN(b)) return double.IsNaN(a) ? 1 : -1;
            double more = memory[x], less = memory[y];
            if (more > less) return -1;
            return more < less ? 1 : x.CompareTo(y);
        }
    }

    private readonly struct ByText(string?[] texts, bool ascending) : IComparer<int>
    {
        public int Compare(int x, int y)
        {
            string? a = texts[x], b = texts[y];
            if (a is null || b is null) return a is null ? b is null ? x.CompareTo(y) : 1 : -1;
            int order = string.CompareOrdinal(a, b);
            if (order == 0) return x.CompareTo(y);
            return ascending ? order : -order;
        }
    }
}

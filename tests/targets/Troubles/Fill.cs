namespace Troubles;

/// <summary>Fills the heap with small objects that hold each other: many for its size, which is what makes a heap slow to look into.</summary>
internal static class Fill
{
    /// <summary>Bytes of one, with the place in the array that holds it: head, type, two references, two numbers.</summary>
    private const int BytesOfOne = 56 + 8;

    private const int Row = 1 << 16;

    private static Cell[][]? s_rows;

    /// <summary>How many there are.</summary>
    public static long Count { get; private set; }

    public static void Begin(int mebibytes)
    {
        long count = ((long)mebibytes << 20) / BytesOfOne;
        s_rows = new Cell[(count + Row - 1) / Row][];
        Cell? last = null;
        for (long i = 0; i < count; i++)
        {
            if (i % Row == 0) s_rows[i / Row] = new Cell[(int)Math.Min(Row, count - i)];
            last = s_rows[i / Row][i % Row] = new Cell { Left = last, Right = i % 3 == 0 ? null : s_rows[0][i % s_rows[0].Length], Number = i };
        }
        Count = count;
    }

    private sealed class Cell
    {
        public Cell? Left { get; init; }

        public Cell? Right { get; init; }

        public long Number { get; init; }

        public long Other => Number;

        public decimal Padding { get; init; }
    }
}

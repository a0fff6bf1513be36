namespace ProcessArsenal.Telemetry.Text;

/// <summary>Guesses which name was meant by a mistyped one.</summary>
public static class NearestName
{
    /// <summary>Longer names are not compared: nobody mistypes one, and the cost is quadratic.</summary>
    private const int MaxLength = 128;

    /// <summary>The candidate that takes the fewest edits (insert, delete, replace, swap of neighbours; case does not count);
    /// null if even that one is too far to be a slip of the fingers: more than a third of the name. The first one wins a tie.</summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(candidates);
        if (name.Length is 0 or > MaxLength) return null;

        // A one-letter name is one edit from every other: only its case may differ.
        int limit = name.Length == 1 ? 0 : Math.Max(1, name.Length / 3);
        string? nearest = null;
        foreach (string candidate in candidates)
        {
            if (Math.Abs(candidate.Length - name.Length) > limit) continue;
            int distance = Distance(name, candidate);
            if (distance > limit) continue;
            nearest = candidate;
            limit = distance - 1;
            if (limit < 0) break;
        }
        return nearest;
    }

    /// <summary>Damerau-Levenshtein distance in its common restricted form (optimal string alignment): no piece is edited twice.</summary>
    internal static int Distance(string a, string b)
    {
        int[] beforeLast = new int[b.Length + 1];
        int[] last = new int[b.Length + 1];
        int[] row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) last[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }
            (beforeLast, last, row) = (last, row, beforeLast);
        }
        return last[b.Length];
    }

    private static bool Same(char x, char y) => char.ToLowerInvariant(x) == char.ToLowerInvariant(y);
}

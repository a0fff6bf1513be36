namespace ProcessArsenal.Telemetry.Text;

/// <summary>Finds what someone probably meant to write.</summary>
public static class NearestName
{
    // Longer input is no typing error of a name of ours, and the table's size is bounded by it.
    private const int MaxLength = 64;

    /// <summary>The candidate with the least Damerau-Levenshtein distance (optimal string alignment, case ignored) from
    /// <paramref name="name"/>, the first of several; null if more than a third of the letters would have to change.</summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        if (name.Length is 0 or > MaxLength) return null;
        string? nearest = null;
        int least = int.MaxValue;
        foreach (string candidate in candidates)
        {
            if (candidate.Length > MaxLength) continue;
            int distance = Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance >= least || distance > Math.Max(1, Math.Max(name.Length, candidate.Length) / 3)) continue;
            if (distance >= Math.Min(name.Length, candidate.Length)) continue; // nothing in common
            (nearest, least) = (candidate, distance);
        }
        return nearest;
    }

    private static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}

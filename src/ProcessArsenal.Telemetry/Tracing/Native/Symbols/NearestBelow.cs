namespace ProcessArsenal.Telemetry.Tracing.Native.Symbols;

/// <summary>Which of many symbols each of a few addresses is in. Symbols come one by one, in any order, and are not kept: a table of a million takes no more
/// memory than one of ten. Pure.</summary>
/// <param name="wanted">Ascending, each once.</param>
internal sealed class NearestBelow(ulong[] wanted)
{
    /// <summary>How far beyond the beginning of a symbol of unknown size an address may be its.</summary>
    private const ulong Reach = 64 << 10;

    /// <summary>Addresses that are looked at within symbols, of all together: in files that make sense each is in one, or in few. Others would keep us busy for days.</summary>
    private const long MostSteps = 20_000_000;

    private readonly Candidate?[] _within = new Candidate?[wanted.Length], _before = new Candidate?[wanted.Length];
    private long _steps;

    /// <summary>The addresses.</summary>
    public ReadOnlySpan<ulong> Wanted => wanted;

    /// <summary>Takes a symbol.</summary>
    /// <param name="size">Bytes; 0 if it is not known: then it is asked only where no other has an address within.</param>
    /// <param name="rank">Of several that begin at the same place the highest is taken.</param>
    /// <param name="token">What it is called, in whatever way the caller finds that again.</param>
    public void Add(ulong start, ulong size, int rank, long token)
    {
        int first = Array.BinarySearch(wanted, start);
        if (first < 0) first = ~first;
        var candidate = new Candidate(start, rank, token);
        if (size == 0 && first < wanted.Length && candidate.IsBetterThan(_before[first])) _before[first] = candidate;
        for (int i = first; i < wanted.Length && wanted[i] - start < size && _steps < MostSteps; i++, _steps++)
            if (candidate.IsBetterThan(_within[i])) _within[i] = candidate;
    }

    /// <summary>Those that were found, by what they are called.</summary>
    public IEnumerable<(ulong Address, long Token)> Found()
    {
        Candidate? nearest = null;
        for (int i = 0; i < wanted.Length; i++)
        {
            if (_before[i] is { } before && before.IsBetterThan(nearest)) nearest = before;
            if (_within[i] is { } within) yield return (wanted[i], within.Token);
            else if (nearest is { } below && wanted[i] - below.Start < Reach) yield return (wanted[i], below.Token);
        }
    }

    private readonly record struct Candidate(ulong Start, int Rank, long Token)
    {
        public bool IsBetterThan(Candidate? other) => other is not { } known || Start > known.Start || (Start == known.Start && Rank > known.Rank);
    }
}

using System.Numerics;

namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Where objects lie: a bit for each place where one may, which is 1/64 of the heap. Once all are known each has a number, by its address, and
/// is found by it in no time.</summary>
/// <param name="mostBytes">Memory, beyond which it is refused: of a program that says its objects were far apart, say.</param>
internal sealed class AddressIndex(long mostBytes)
{
    /// <summary>Objects lie at multiples of it, on machines of 64 bits.</summary>
    public const int Alignment = 8;

    private const int PageShift = 20; // A page covers 1 MiB of the heap.
    private const int WordsOfPage = 1 << (PageShift - 3 - 6), WordsOfStep = 8;

    private readonly Dictionary<ulong, Page> _pages = [];
    private Page? _latest;
    private ulong _latestNumber;

    /// <summary>Objects.</summary>
    public int Count { get; private set; }

    /// <summary>Adds an object.</summary>
    /// <param name="address">A multiple of <see cref="Alignment"/>.</param>
    /// <returns>False if there is one already.</returns>
    /// <exception cref="HeapException">There is no room for it.</exception>
    public bool Add(ulong address)
    {
        ulong number = address >> PageShift;
        if (_latest is null || number != _latestNumber)
        {
            if (!_pages.TryGetValue(number, out Page? page))
            {
                if ((_pages.Count + 1L) * Page.Bytes > mostBytes) throw new HeapException($"The heap is larger, or further apart, than we keep: {mostBytes >> 20} MiB for where its objects lie.");
                _pages.Add(number, page = new Page());
            }
            (_latest, _latestNumber) = (page, number);
        }
        int place = PlaceOf(address);
        ulong bit = 1UL << (place & 63);
        ref ulong word = ref _latest.Words[place >> 6];
        if ((word & bit) != 0) return false;
        word |= bit;
        Count++;
        return true;
    }

    /// <summary>Gives each its number. None may be added afterwards.</summary>
    public void Number()
    {
        int before = 0;
        foreach ((_, Page page) in _pages.OrderBy(static page => page.Key))
        {
            page.Before = before;
            for (int i = 0; i < WordsOfPage; i++)
            {
                if (i % WordsOfStep == 0) page.Steps[i / WordsOfStep] = before - page.Before;
                before += BitOperations.PopCount(page.Words[i]);
            }
        }
        _latest = null;
    }

    /// <returns>The number of the object that begins there; -1 if there is none.</returns>
    public int Find(ulong address)
    {
        ulong number = address >> PageShift;
        if (_latest is null || number != _latestNumber)
        {
            if (!_pages.TryGetValue(number, out Page? page)) return -1;
            (_latest, _latestNumber) = (page, number);
        }
        if (address % Alignment != 0) return -1;
        int place = PlaceOf(address), word = place >> 6;
        ulong bit = 1UL << (place & 63);
        if ((_latest.Words[word] & bit) == 0) return -1;
        int rank = _latest.Before + _latest.Steps[word / WordsOfStep] + BitOperations.PopCount(_latest.Words[word] & (bit - 1));
        for (int i = word / WordsOfStep * WordsOfStep; i < word; i++) rank += BitOperations.PopCount(_latest.Words[i]);
        return rank;
    }

    /// <summary>All of them, by number.</summary>
    public IEnumerable<ulong> Addresses()
    {
        foreach ((ulong number, Page page) in _pages.OrderBy(static page => page.Key))
            for (int i = 0; i < WordsOfPage; i++)
                for (ulong word = page.Words[i]; word != 0; word &= word - 1)
                    yield return (number << PageShift) + (((ulong)i * 64) + (ulong)BitOperations.TrailingZeroCount(word)) * Alignment;
    }

    private static int PlaceOf(ulong address) => (int)(address & ((1UL << PageShift) - 1)) / Alignment;

    private sealed class Page
    {
        public const long Bytes = (WordsOfPage * 8) + (WordsOfPage / WordsOfStep * 4) + 100;

        public readonly ulong[] Words = new ulong[WordsOfPage];

        /// <summary>Objects of this page before every eighth word.</summary>
        public readonly int[] Steps = new int[WordsOfPage / WordsOfStep];

        /// <summary>Objects of the pages before.</summary>
        public int Before;
    }
}

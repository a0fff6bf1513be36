using System.Globalization;

namespace ProcessArsenal.Telemetry.EventPipe.Meters;

/// <summary>Counts by exponential buckets, as OpenTelemetry has them: bucket i of a scale holds what is greater than 2^(i / 2^scale) and at most
/// 2^((i + 1) / 2^scale). When what is added lies too far apart for <see cref="Most"/> of them, the scale becomes coarser: two buckets become one, which
/// is exact. Allocates as its range grows.</summary>
internal sealed class ExponentialBuckets
{
    /// <summary>Most buckets, as a target is asked for.</summary>
    public const int Most = 160;

    private long[] _counts = [];
    private int _length;

    public int Scale { get; private set; }

    /// <summary>Index of the first bucket.</summary>
    public int Offset { get; private set; }

    public ReadOnlySpan<long> Counts => _counts.AsSpan(0, _length);

    /// <summary>Values that were 0, which no bucket holds.</summary>
    public long Zeros { get; private set; }

    /// <summary>All values: those of the buckets, and the zeros.</summary>
    public long Count { get; private set; }

    public double Sum { get; private set; }

    /// <summary>The least value; NaN if it is not known.</summary>
    public double Least { get; private set; } = double.NaN;

    /// <summary>The greatest value; NaN if it is not known.</summary>
    public double Greatest { get; private set; } = double.NaN;

    public void Clear()
    {
        _counts.AsSpan(0, _length).Clear();
        (_length, Scale, Offset, Zeros, Count, Sum, Least, Greatest) = (0, 0, 0, 0, 0, 0, double.NaN, double.NaN);
    }

    /// <summary>Becomes what a target told.</summary>
    /// <param name="buckets">Numbers parted by commas, as they were checked before.</param>
    /// <param name="first">Index of the first of them.</param>
    public void Set(ReadOnlySpan<char> buckets, double first, int scale, long zeros, double sum, double least, double greatest)
    {
        Clear();
        (Zeros, Count, Sum) = (zeros, zeros, sum);
        double index = first;
        foreach (Range part in buckets.Split(','))
        {
            if (long.TryParse(buckets[part], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out long count) && count > 0) Add(scale, (int)index, count);
            index++;
        }
        if (Count > 0 && least >= 0 && least <= greatest && double.IsFinite(greatest)) (Least, Greatest) = (least, greatest);
    }

    /// <summary>Becomes the same as another.</summary>
    public void Set(ExponentialBuckets other)
    {
        Clear();
        Reserve(other._length);
        other.Counts.CopyTo(_counts);
        (_length, Scale, Offset, Zeros, Count) = (other._length, other.Scale, other.Offset, other.Zeros, other.Count);
        (Sum, Least, Greatest) = (other.Sum, other.Least, other.Greatest);
    }

    /// <summary>Adds what another has come to since it was <paramref name="before"/>. Both are of the same scale afterwards.</summary>
    public void AddGrowth(ExponentialBuckets before, ExponentialBuckets now)
    {
        if (before._length > 0 && now._length > 0)
        {
            before.Coarsen(before.Scale - now.Scale);
            now.Coarsen(now.Scale - before.Scale);
        }
        long zeros = Math.Max(0, now.Zeros - before.Zeros), left = Math.Max(0, now.Count - before.Count - zeros);
        Zeros += zeros;
        Count += zeros;
        for (int i = 0; i < now._length && left > 0; i++)
        {
            // Rounding may have put the first bucket beside where it was: no value is counted twice for that.
            long more = Math.Min(left, now._counts[i] - before.At(now.Offset + i));
            if (more <= 0) continue;
            Add(now.Scale, now.Offset + i, more);
            left -= more;
        }
        Sum += now.Sum - before.Sum;
        if (double.IsNaN(Least) || now.Least < Least) Least = now.Least;
        if (double.IsNaN(Greatest) || now.Greatest > Greatest) Greatest = now.Greatest;
    }

    /// <summary>Of a bucket of the present scale.</summary>
    private long At(int index) => (long)index - Offset is >= 0 and var at && at < _length ? _counts[at] : 0;

    private void Add(int scale, int index, long count)
    {
        if (_length == 0) (Scale, Offset) = (scale, index);
        if (Scale > scale) Coarsen(Scale - scale);
        index >>= scale - Scale;
        long low = Math.Min(index, Offset), high = Math.Max(index, (long)Offset + Math.Max(_length, 1) - 1);
        int by = 0;
        while ((high >> by) - (low >> by) >= Most) by++;
        Coarsen(by);
        index >>= by;
        Widen((int)(low >> by), (int)(high >> by));
        _counts[index - Offset] += count;
        Count += count;
    }

    /// <summary>Lets its buckets reach from one index to another, none that has values being left out.</summary>
    private void Widen(int low, int high)
    {
        int length = high - low + 1, shift = Offset - low;
        Reserve(length);
        if (shift > 0)
        {
            _counts.AsSpan(0, _length).CopyTo(_counts.AsSpan(shift));
            _counts.AsSpan(0, shift).Clear();
        }
        (_length, Offset) = (length, low);
    }

    /// <param name="by">How many scales; none if it is not positive.</param>
    private void Coarsen(int by)
    {
        if (by <= 0) return;
        int first = Offset >> by, last = 0;
        for (int i = 0; i < _length; i++)
        {
            last = ((Offset + i) >> by) - first;
            if (last == i) continue;
            _counts[last] += _counts[i];
            _counts[i] = 0;
        }
        Scale -= by;
        Offset = first;
        if (_length > 0) _length = last + 1;
    }

    private void Reserve(int length)
    {
        if (_counts.Length < length) Array.Resize(ref _counts, Math.Min(Most, Math.Max(length, _counts.Length * 2)));
    }
}

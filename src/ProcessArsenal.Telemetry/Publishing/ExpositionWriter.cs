using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>Puts families and samples together from texts that are encoded already. Knows the formats, not the metrics.
/// The end mark of OpenMetrics is left to whoever writes last. Pass it by reference, and <see cref="Complete"/> it.</summary>
internal ref struct ExpositionWriter(IBufferWriter<byte> output, ExpositionFormat format)
{
    private readonly IBufferWriter<byte> _output = output;
    private readonly ExpositionFormat _format = format;
    private Span<byte> _span;
    private int _used;

    /// <summary>Begins a family.</summary>
    public void Family(FamilyText family)
    {
        ReadOnlySpan<byte> header = family.Header(_format);
        header.CopyTo(Reserve(header.Length));
        _used += header.Length;
    }

    /// <summary>A sample of a series that is about nobody in particular.</summary>
    public void Sample(SeriesText series, double value)
    {
        ReadOnlySpan<byte> start = series.Alone;
        Span<byte> line = Reserve(start.Length + NumberText.MaxLength + 1);
        start.CopyTo(line);
        int n = start.Length + NumberText.Write(value, 1, line[start.Length..]);
        line[n] = (byte)'\n';
        _used += n + 1;
    }

    /// <summary>A sample of a process or a group. NaN is written nowhere: what is absent has no line.</summary>
    /// <param name="labels">As encoded by <see cref="LabelBlock"/>.</param>
    /// <param name="divisor">By which the value is divided.</param>
    public void Sample(SeriesText series, ReadOnlySpan<byte> labels, double value, double divisor = 1)
    {
        if (labels.IsEmpty)
        {
            Sample(series, value / divisor);
            return;
        }
        int afterLabels = series.Before.Length + labels.Length, n = afterLabels + series.After.Length;
        Span<byte> line = Reserve(n + PaddedText.Overshoot + NumberText.MaxLength + 1);
        ref byte to = ref MemoryMarshal.GetReference(line);
        series.Before.CopyTo(ref to);
        Copy(labels, ref Unsafe.Add(ref to, series.Before.Length));
        series.After.CopyTo(ref Unsafe.Add(ref to, afterLabels));
        n += NumberText.Write(value, divisor, line[n..]);
        line[n] = (byte)'\n';
        _used += n + 1;
    }

    /// <summary>Hands the rest to the output.</summary>
    public void Complete()
    {
        _output.Advance(_used);
        _span = default;
        _used = 0;
    }

    /// <summary>A label block is some 60 bytes: for so few, asking the library to copy takes longer than copying. There is room: it was reserved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(ReadOnlySpan<byte> source, ref byte destination)
    {
        int last = source.Length - Vector128<byte>.Count;
        ref byte from = ref MemoryMarshal.GetReference(source);
        if (last < 0)
        {
            for (int i = 0; i < source.Length; i++) Unsafe.Add(ref destination, i) = Unsafe.Add(ref from, i);
            return;
        }
        for (int i = 0; i < last; i += Vector128<byte>.Count) Vector128.LoadUnsafe(ref from, (nuint)i).StoreUnsafe(ref destination, (nuint)i);
        Vector128.LoadUnsafe(ref from, (nuint)last).StoreUnsafe(ref destination, (nuint)last);
    }

    // The output is asked once a block, not once a line.
    private Span<byte> Reserve(int most)
    {
        if (_span.Length - _used < most)
        {
            Complete();
            _span = _output.GetSpan(most);
        }
        return _span[_used..];
    }
}

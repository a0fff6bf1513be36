using System.Buffers;

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
        End(line, start.Length, value);
    }

    /// <summary>A sample of a process or a group. NaN is written nowhere: what is absent has no line.</summary>
    /// <param name="labels">As encoded by <see cref="LabelBlock"/>.</param>
    public void Sample(SeriesText series, ReadOnlySpan<byte> labels, double value)
    {
        if (labels.IsEmpty)
        {
            Sample(series, value);
            return;
        }
        ReadOnlySpan<byte> before = series.Before, after = series.After;
        Span<byte> line = Reserve(before.Length + labels.Length + after.Length + NumberText.MaxLength + 1);
        before.CopyTo(line);
        labels.CopyTo(line[before.Length..]);
        int n = before.Length + labels.Length;
        after.CopyTo(line[n..]);
        End(line, n + after.Length, value);
    }

    /// <summary>Hands the rest to the output.</summary>
    public void Complete()
    {
        _output.Advance(_used);
        _span = default;
        _used = 0;
    }

    private void End(Span<byte> line, int n, double value)
    {
        n += NumberText.Write(value, line[n..]);
        line[n] = (byte)'\n';
        _used += n + 1;
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

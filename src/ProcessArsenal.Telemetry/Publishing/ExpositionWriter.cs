using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>Writes families and samples in one of the text formats. Knows the formats, not the metrics.
/// The end mark of OpenMetrics is left to whoever writes last.</summary>
public readonly ref struct ExpositionWriter(IBufferWriter<byte> output, ExpositionFormat format)
{
    private const double LargestExactInteger = 1L << 53;

    private readonly IBufferWriter<byte> _output = output;
    private readonly ExpositionFormat _format = format;

    /// <summary>Begins a family.</summary>
    /// <param name="name">As in the text format: counters end with <c>_total</c>, infos with <c>_info</c>.</param>
    /// <param name="type">counter, gauge or info.</param>
    public void Family(string name, string type, string? unit, string help)
    {
        ReadOnlySpan<char> family = name;
        if (_format == ExpositionFormat.OpenMetrics)
        {
            // There the family goes without the suffix that its samples carry.
            if (type == "counter") family = family[..^"_total".Length];
            else if (type == "info") family = family[..^"_info".Length];
        }
        else if (type == "info") type = "gauge";

        Line("# HELP "u8, family, help);
        Line("# TYPE "u8, family, type);
        if (_format == ExpositionFormat.OpenMetrics && unit is not null && family.EndsWith("_" + unit)) Line("# UNIT "u8, family, unit);
    }

    /// <summary>One sample; the two label blocks are joined. NaN is written nowhere: what is absent has no line.</summary>
    public void Sample(string name, ReadOnlySpan<byte> labels, string moreLabels, double value)
    {
        Span<byte> span = _output.GetSpan(name.Length + labels.Length + moreLabels.Length + 64);
        int n = Encoding.ASCII.GetBytes(name, span);
        if (labels.Length + moreLabels.Length > 0)
        {
            span[n++] = (byte)'{';
            labels.CopyTo(span[n..]);
            n += labels.Length;
            if (labels.Length > 0 && moreLabels.Length > 0) span[n++] = (byte)',';
            n += Encoding.UTF8.GetBytes(moreLabels, span[n..]);
            span[n++] = (byte)'}';
        }
        span[n++] = (byte)' ';
        n += Format(value, span[n..]);
        span[n++] = (byte)'\n';
        _output.Advance(n);
    }

    /// <summary>Whole numbers without a fraction or an exponent, others as short as they read back the same.</summary>
    private static int Format(double value, Span<byte> destination)
    {
        int written;
        if (Math.Abs(value) < LargestExactInteger && Math.Truncate(value) == value) Utf8Formatter.TryFormat((long)value, destination, out written);
        else if (double.IsFinite(value)) value.TryFormat(destination, out written, default, CultureInfo.InvariantCulture);
        else written = Encoding.ASCII.GetBytes(double.IsPositiveInfinity(value) ? "+Inf" : double.IsNaN(value) ? "NaN" : "-Inf", destination);
        return written;
    }

    private void Line(ReadOnlySpan<byte> start, ReadOnlySpan<char> name, string rest)
    {
        Span<byte> span = _output.GetSpan(start.Length + name.Length + rest.Length * 3 + 2);
        start.CopyTo(span);
        int n = start.Length;
        n += Encoding.ASCII.GetBytes(name, span[n..]);
        span[n++] = (byte)' ';
        n += Encoding.UTF8.GetBytes(rest, span[n..]);
        span[n++] = (byte)'\n';
        _output.Advance(n);
    }
}

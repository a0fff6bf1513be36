using ProcessArsenal.Telemetry.EventPipe.Publishing;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>What .NET processes told of themselves, and how it stands with listening to them.</summary>
internal static class DotnetFamilies
{
    private static readonly FamilyText State = new(
        DotnetSnapshot.StateName, "gauge", null, "1 if the runtime of this .NET process is listened to; if not, or not to all that it is asked for, the reason says why.");

    private static readonly FamilyText Lost = new(
        "arsenal_dotnet_events_lost_total", "counter", null, "Events that this process wrote and that did not reach us: its buffer was full.");

    private static readonly FamilyText SpansAsked = new(
        DotnetSnapshot.SpansName, "gauge", null, "1 if this .NET process is asked for spans, where dotnet.spans and otlp.endpoint want them; if not, the reason says why.");

    private static readonly FamilyText FilterTaken = new(
        "arsenal_dotnet_span_filter_taken", "gauge", null, "1 if another tool has taken the only filter for spans of this process, until they come again.");

    private static readonly SeriesText FilterTakenLine = new("arsenal_dotnet_span_filter_taken", "");

    private static readonly FamilyText Untold = new(
        "arsenal_dotnet_span_filter_untold_requests_total", "counter", null, "Requests that this process served while another tool had taken the filter for its spans, at least: none of them has a span.");

    private static readonly SeriesText UntoldLine = new("arsenal_dotnet_span_filter_untold_requests_total", "");

    private static readonly SeriesText LostLine = new("arsenal_dotnet_events_lost_total", "");

    public static void Write(ref ExpositionWriter writer, DotnetSnapshot snapshot)
    {
        ReadOnlySpan<DotnetRow> rows = snapshot.Rows;
        if (rows.IsEmpty) return;
        WriteForeign(ref writer, snapshot);
        writer.Family(State);
        foreach (ref readonly DotnetRow row in rows) writer.Sample(row.State, row.Labels, row.IsAttached ? 1 : 0);
        writer.Family(Lost);
        foreach (ref readonly DotnetRow row in rows) writer.Sample(LostLine, row.Labels, row.Lost);
        if (!snapshot.AreSpansWanted) return;
        writer.Family(SpansAsked);
        foreach (ref readonly DotnetRow row in rows)
            if (row.Spans is { } line) writer.Sample(line, row.Labels, row.Filter is null ? 0 : 1);
        if (!snapshot.HasSpans) return;
        writer.Family(FilterTaken);
        foreach (ref readonly DotnetRow row in rows)
            if (row.Filter is { } filter) writer.Sample(FilterTakenLine, row.Labels, filter.IsTaken ? 1 : 0);
        writer.Family(Untold);
        foreach (ref readonly DotnetRow row in rows)
            if (row.Filter is { } filter) writer.Sample(UntoldLine, row.Labels, filter.Untold);
    }

    /// <summary>A family holds the series of all targets: goes through all of them at once, as each has its samples in the order of families.</summary>
    private static void WriteForeign(ref ExpositionWriter writer, DotnetSnapshot snapshot)
    {
        ReadOnlySpan<DotnetRow> rows = snapshot.Rows;
        Span<int> next = rows.Length <= 256 ? stackalloc int[rows.Length] : new int[rows.Length];
        next.Clear();
        while (true)
        {
            ForeignFamily? family = null;
            for (int r = 0; r < rows.Length; r++)
            {
                if (next[r] < rows[r].Samples.Length && (family is null || rows[r].Samples[next[r]].Family.Order < family.Order))
                    family = rows[r].Samples[next[r]].Family;
            }
            if (family is null) return;
            writer.Family(family.Text);
            for (int r = 0; r < rows.Length; r++)
            {
                ForeignSample[] samples = rows[r].Samples;
                ReadOnlySpan<double> values = snapshot.ValuesOf(rows[r]);
                for (; next[r] < samples.Length && samples[next[r]].Family.Order == family.Order; next[r]++)
                    if (!double.IsNaN(values[next[r]])) writer.Sample(samples[next[r]].Series, rows[r].Labels, values[next[r]]);
            }
        }
    }
}

using ProcessArsenal.Telemetry.EventPipe.Activities;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Traces;

/// <summary>Spans of many processes as one ExportTraceServiceRequest: each process a Resource, each of its sources a scope. Used by one thread; allocates
/// nothing but what its buffers lack.</summary>
/// <param name="resourceOf">The body of the Resource of a process.</param>
internal sealed class TraceRequest(Func<SpanOrigin, byte[]> resourceOf)
{
    private const int AboutRequest = 100_000;

    private readonly SpanGroups _groups = new();

    /// <param name="writer">Cleared first.</param>
    public void Write(ProtobufWriter writer, ReadOnlySpan<QueuedSpan> spans)
    {
        writer.Clear();
        _groups.Sort(spans);
        for (int origin = 0; origin < _groups.Origins; origin++)
        {
            int scope = _groups.FirstScope(origin);
            OpenMessage resource = writer.BeginMessage(1, AboutRequest);
            writer.WriteBytes(1, resourceOf(spans[_groups.FirstSpan(scope)].Origin));
            for (; scope >= 0; scope = _groups.NextScope(scope)) WriteScope(writer, spans, scope);
            writer.EndMessage(resource);
        }
    }

    private void WriteScope(ProtobufWriter writer, ReadOnlySpan<QueuedSpan> spans, int scope)
    {
        OpenMessage message = writer.BeginMessage(2, AboutRequest);
        int index = _groups.FirstSpan(scope);
        Span first = spans[index].Span;
        OpenMessage name = writer.BeginMessage(1);
        if (first.Source.Length > 0) writer.WriteString(1, first.Source);
        if (first.SourceVersion.Length > 0) writer.WriteString(2, first.SourceVersion);
        writer.EndMessage(name);
        for (; index >= 0; index = _groups.NextSpan(index)) SpanWriter.Write(writer, 2, spans[index].Span);
        writer.EndMessage(message);
    }
}

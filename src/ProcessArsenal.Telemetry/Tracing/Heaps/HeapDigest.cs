using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Reads the stream of a <see cref="HeapCapture"/> into a graph.</summary>
public static class HeapDigest
{
    /// <summary>Reads until the stream ends, in whatever way: what is missing then is told in <see cref="HeapFacts.Incomplete"/>.</summary>
    /// <param name="stream">As the program sent it (.nettrace).</param>
    /// <exception cref="HeapException">It has no heap in it, makes no sense, or is beyond the limits.</exception>
    public static async Task<HeapGraph> ReadAsync(Stream stream, HeapLimits limits, CancellationToken cancellationToken)
    {
        var reading = new HeapReading(limits);
        var events = new HeapEvents(reading);
        var reader = new NetTraceReader(stream);
        HeapException? refusal = null;
        long? lostOfHeap = null;
        try
        {
            await reader.ReadAsync((in NetTraceEvent value) =>
            {
                events.Take(value, reader.Header);
                if (events.IsOver) lostOfHeap ??= reader.Lost;
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (HeapException e)
        {
            refusal = e;
        }
        catch (EndOfStreamException)
        {
            if (!events.IsOver) reading.Break("the program ended, or let go of us, before it had told everything");
        }
        catch (NetTraceException e)
        {
            if (!events.IsOver) reading.Break($"what the program sent made no sense: {e.Message}");
        }
        if (refusal is not null) throw refusal;
        if (reading.Addresses.Count == 0) throw new HeapException(reading.Incomplete is { } why ? $"Nothing of the heap was told: {why}." : "Nothing of the heap was told: no collection came.");
        if (!events.IsOver) reading.Break("the collection did not end while we read");
        // What is lost of the next collection is none of this one: as a session ends, another may begin.
        long lost = lostOfHeap ?? reader.Lost;
        if (lost > 0) reading.Break($"{lost} events were lost: the program's buffer was full");
        reading.LostNames = reader.Lost > lost;
        TraceHeader? header = reader.Header;
        HeapGraph graph = HeapAssembly.Assemble(reading);
        graph.Facts = graph.Facts with
        {
            Taken = header?.Start,
            Pid = header?.ProcessId,
            PauseSeconds = header is not null && events.PauseTicks > 0 ? (double)events.PauseTicks / header.TicksPerSecond : null,
        };
        return graph;
    }
}

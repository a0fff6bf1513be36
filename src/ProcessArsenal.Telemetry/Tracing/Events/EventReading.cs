using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.EventPipe;
using ProcessArsenal.Telemetry.Tracing.Reports;

namespace ProcessArsenal.Telemetry.Tracing.Events;

/// <summary>Reads the events of a recording one by one.</summary>
public static class EventReading
{
    /// <summary>Reads a page; also of a recording that goes on, as far as it is written.</summary>
    /// <param name="after">Number of the last event that is known; 0 for the first page.</param>
    /// <param name="limit">Events.</param>
    /// <exception cref="TraceFileException">It can't be read.</exception>
    public static EventPage Page(string file, EventFilter filter, long after, int limit, CancellationToken cancellation = default) => TraceFile.Use(file, takesLater: false, trace =>
    {
        using TraceLogEventSource source = trace.Log.Events.GetSource();
        var names = new StackNames(trace.Log);
        var events = new List<RecordedEvent>();
        bool isMore = false;
        Listen(source, filter, (value, number) =>
        {
            cancellation.ThrowIfCancellationRequested();
            if (number <= after) return;
            string[] stack = [.. names.Of(value.CallStackIndex())];
            if (filter.Method is { } method && !stack.Any(method.Matches)) return;
            isMore = events.Count == limit;
            if (isMore) source.StopProcessing();
            else events.Add(RecordedEvent.Of(value, number, stack.All(static name => name == StackNames.Unknown) ? null : stack));
        });
        source.Process();
        return new EventPage(events, isMore ? events[^1].Number : null);
    });

    /// <summary>Reads a stream of .nettrace to its end; waits as the stream does. Has no stacks: what methods are called is told at the end.</summary>
    /// <param name="after">Number of the last event that is known.</param>
    /// <param name="take">Called by the calling thread.</param>
    internal static void Follow(Stream stream, EventFilter filter, long after, Action<RecordedEvent> take)
    {
        using var source = new EventPipeEventSource(stream);
        Listen(source, filter, (value, number) =>
        {
            if (number > after) take(RecordedEvent.Of(value, number, null));
        });
        source.Process();
    }

    private static void Listen(TraceEventDispatcher source, EventFilter filter, Action<TraceEvent, long> take)
    {
        // Events have names and fields only where somebody listens to their kind.
        source.Clr.All += static _ => { };
        source.Dynamic.All += static _ => { };
        new SampleProfilerTraceEventParser(source).All += static _ => { };
        long number = 0;
        source.AllEvents += value =>
        {
            number++;
            if (filter.Takes(value.ProviderName, value.EventName, () => RecordedEvent.SourceOf(value))) take(value, number);
        };
    }
}

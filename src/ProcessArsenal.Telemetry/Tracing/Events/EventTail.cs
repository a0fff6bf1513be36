using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ProcessArsenal.Telemetry.Tracing.Events;

/// <summary>The events of a recording as they come, until it ends. Whoever takes them slowly is waited for: they are on disk meanwhile.</summary>
internal static class EventTail
{
    private const int MostWaiting = 256;

    /// <param name="whole">Bytes of the file that may be read now.</param>
    /// <param name="isOver">Whether there will be no more.</param>
    /// <param name="after">Number of the last event that is known; 0 for all.</param>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async IAsyncEnumerable<RecordedEvent> ReadAsync(
        string file, Func<long> whole, Func<bool> isOver, EventFilter filter, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var events = Channel.CreateBounded<RecordedEvent>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });
        // A thread of its own: the library waits for each byte.
        Task reading = Task.Factory.StartNew(() => Read(file, whole, isOver, filter, after, events.Writer, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await foreach (RecordedEvent value in events.Reader.ReadAllAsync(cancellation).ConfigureAwait(false)) yield return value;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
    }

    /// <summary>Never fails: what went wrong is told by the channel.</summary>
    private static void Read(string file, Func<long> whole, Func<bool> isOver, EventFilter filter, long after, ChannelWriter<RecordedEvent> events, CancellationToken cancellation)
    {
        try
        {
            using var stream = new GrowingFile(file, whole, isOver, cancellation);
            EventReading.Follow(stream, filter, after, value => events.WriteAsync(value, cancellation).AsTask().GetAwaiter().GetResult());
            events.Complete();
        }
        catch (Exception e)
        {
            events.Complete(cancellation.IsCancellationRequested ? null : new IOException($"the events can't be read: {e.Message}", e));
        }
    }
}

namespace Web;

/// <summary>What an OpenTelemetry SDK in the program would have sent.</summary>
internal sealed class Exported
{
    private long _spans;
    private long _points;
    private long _durations;

    public long Spans => Interlocked.Read(ref _spans);

    /// <summary>Of metrics, each as often as it was collected.</summary>
    public long Points => Interlocked.Read(ref _points);

    /// <summary>What it has counted of http.server.request.duration.</summary>
    public long Durations => Interlocked.Read(ref _durations);

    public void AddSpan() => Interlocked.Increment(ref _spans);

    public void AddPoint() => Interlocked.Increment(ref _points);

    public void SetDurations(long count) => Interlocked.Exchange(ref _durations, count);
}

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Requests whose spans have not been told yet: what ASP.NET Core says of one comes before. The oldest makes room for a new one. Used by one
/// thread.</summary>
internal sealed class RequestTable
{
    /// <summary>The span follows on the same thread at once; so many may be between the two, of all threads.</summary>
    public const int Most = 256;

    private readonly HttpRequest?[] _slots = new HttpRequest?[Most];
    private readonly Dictionary<SpanId, int> _bySpan = new(Most);
    private int _next;

    public int Count => _bySpan.Count;

    /// <summary>Requests that made room before a span came.</summary>
    public long Dropped { get; private set; }

    public void Add(HttpRequest request)
    {
        if (_bySpan.Remove(request.Span, out int same)) _slots[same] = null; // Told twice: the later one holds.
        if (_slots[_next] is { } oldest)
        {
            _bySpan.Remove(oldest.Span);
            Dropped++;
        }
        _slots[_next] = request;
        _bySpan.Add(request.Span, _next);
        _next = (_next + 1) % Most;
    }

    /// <summary>Takes that of a span out.</summary>
    public HttpRequest? Take(SpanId span)
    {
        if (!_bySpan.Remove(span, out int slot)) return null;
        HttpRequest? request = _slots[slot];
        _slots[slot] = null;
        return request;
    }

    public void Clear()
    {
        Array.Clear(_slots);
        _bySpan.Clear();
    }
}

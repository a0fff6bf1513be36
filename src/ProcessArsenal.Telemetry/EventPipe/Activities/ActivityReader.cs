using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Reads the events of the DiagnosticSource provider of a target, and hands its spans on. Used by one thread.</summary>
/// <param name="process">The target.</param>
/// <param name="isSampled">Whether only what is marked as sampled was asked for, <see cref="ActivityProvider.IsSampled"/>.</param>
/// <param name="runtime">What it runs on; null if that is not known.</param>
internal sealed class ActivityReader(ProcessIdentity process, bool isSampled, SpanSink sink, RuntimeInfo? runtime = null)
{
    private const string Ignoring = "DiagnosticSource: Ignoring";

    private readonly SpanOrigin _origin = new(process, runtime);
    private readonly SpanReader _reader = new();
    private readonly SpanTexts _requestTexts = new();
    private readonly RequestTable _requests = new();

    /// <summary>Events that our filter brought, whatever came of them.</summary>
    public long Told { get; private set; }

    /// <summary>Spans that the sink took.</summary>
    public long Spans { get; private set; }

    /// <summary>Activities that are not sampled, and so were not meant.</summary>
    public long Unsampled { get; private set; }

    /// <summary>Spans of connections and the like, from the runtime's experimental sources; not handed on.</summary>
    public long Experimental { get; private set; }

    /// <summary>Activities whose ids are not those of W3C Trace Context: no span can be made of one.</summary>
    public long WithoutId { get; private set; }

    /// <summary>Activities without any field of ours: another tool has replaced the filter of the target.</summary>
    public long Foreign { get; private set; }

    /// <summary>Events that did not have their shape.</summary>
    public long Malformed { get; private set; }

    /// <summary>Requests whose span did not come soon enough, or not at all.</summary>
    public long LostRequests => _requests.Dropped;

    /// <summary>What the target did not understand of the filter; null if it took it.</summary>
    public string? Complaint { get; private set; }

    /// <summary>Another stream begins: requests of the one before will have no spans.</summary>
    public void BeginStream()
    {
        _requests.Clear();
        Complaint = null;
    }

    /// <summary>Takes an event of <see cref="ActivityProvider.Name"/>.</summary>
    public void Take(in NetTraceEvent value)
    {
        if (value.Payload.Length > SpanLimits.LongestPayload)
        {
            Malformed++;
            return;
        }
        switch (value.Metadata.Name)
        {
            case "ActivityStop" or "Activity/Stop":
                TakeStop(value.Payload);
                break;
            case "Event":
                TakeRequest(value.Payload);
                break;
            case "Message":
                ReadOnlySpan<char> text = new BinaryCursor(value.Payload).ReadText();
                if (text.StartsWith(Ignoring, StringComparison.Ordinal)) Complaint = text[..Math.Min(text.Length, SpanLimits.LongestName)].ToString();
                break;
            default:
                break;
        }
    }

    private void TakeStop(ReadOnlySpan<byte> payload)
    {
        if (!ActivityStop.TryRead(payload, out ActivityStop stop))
        {
            Malformed++;
            return;
        }
        if (stop.TraceId.IsEmpty && stop.SpanId.IsEmpty)
        {
            Foreign++;
            return;
        }
        if (!TraceId.TryParse(stop.TraceId, out TraceId trace) || !SpanId.TryParse(stop.SpanId, out SpanId id))
        {
            Malformed++;
            return;
        }
        Told++;
        HttpRequest? request = _requests.Take(id); // Also that of a span which is not handed on.
        if (trace.IsZero || id.IsZero) WithoutId++;
        else if (stop.Source.StartsWith("Experimental.System.Net", StringComparison.Ordinal)) Experimental++;
        else if (isSampled && (ActivityStop.ReadFlags(stop.Flags) & 1) == 0) Unsampled++;
        else if (_reader.Read(stop, trace, id, request, payload.Length) is not { } span) Malformed++;
        else if (sink.TryAdd(_origin, span)) Spans++;
    }

    private void TakeRequest(ReadOnlySpan<byte> payload)
    {
        if (new ActivityArguments(payload) is not { Source: "Microsoft.AspNetCore", Event: HttpRequest.Ended or HttpRequest.Failed }) return;
        Told++;
        if (HttpRequest.Read(payload, _requestTexts, out bool isBroken) is { } request) _requests.Add(request);
        else if (isBroken) Malformed++;
    }
}

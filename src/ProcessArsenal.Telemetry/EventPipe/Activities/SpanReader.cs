using System.Collections.Immutable;
using System.Globalization;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Makes a <see cref="Span"/> of what an event says. Used by one thread.</summary>
internal sealed class SpanReader
{
    /// <summary>What ASP.NET Core calls the span of any request.</summary>
    private const string UnnamedRequest = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    private const string ExceptionEvent = "exception";

    /// <summary>Within these any time is one in nanoseconds of Unix too.</summary>
    private static readonly DateTime Earliest = DateTime.UnixEpoch, Latest = new(2500, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly SpanTexts _texts = new();
    private readonly List<SpanTag> _tags = [];
    private readonly List<SpanEvent> _events = [];
    private readonly List<SpanLink> _links = [];

    /// <param name="request">What is known of the request that it is about; null if it is about none.</param>
    /// <param name="size">Bytes of the event.</param>
    /// <returns>Null if it is malformed.</returns>
    public Span? Read(in ActivityStop stop, in TraceId trace, SpanId id, HttpRequest? request, int size)
    {
        if (!SpanId.TryParse(stop.ParentSpanId, out SpanId parent)
            || !long.TryParse(stop.StartTicks, NumberStyles.None, CultureInfo.InvariantCulture, out long start)
            || !long.TryParse(stop.DurTicks, NumberStyles.None, CultureInfo.InvariantCulture, out long duration)
            || start < Earliest.Ticks || start > Latest.Ticks || duration > Latest.Ticks - start) return null;

        _texts.Begin();
        int droppedTags = ReadTags(stop.Tags);
        if (request is not null) AddMissing(request.Tags);
        int droppedEvents = ReadEvents(stop.Events) ?? CountEntries(stop.EventCount), droppedLinks = ReadLinks(stop.Links) ?? CountEntries(stop.LinkCount);
        if (request is { Exception.IsEmpty: false } && !_events.Exists(static known => known.Name == ExceptionEvent))
            _events.Add(new SpanEvent(new DateTime(start + duration, DateTimeKind.Utc), ExceptionEvent, request.Exception, 0)); // Nobody caught it: it ended the request.
        return new Span
        {
            TraceId = trace,
            SpanId = id,
            ParentSpanId = parent,
            TraceFlags = ActivityStop.ReadFlags(stop.Flags),
            TraceState = _texts.WholeOrNothing(stop.TraceState, SpanLimits.LongestState),
            Kind = ReadKind(stop.Kind),
            Name = request is not null && stop.DisplayName.SequenceEqual(UnnamedRequest) ? _texts.Name(request.Name) : _texts.Name(stop.DisplayName),
            Start = new DateTime(start, DateTimeKind.Utc),
            Duration = new TimeSpan(duration),
            Status = stop.Status switch
            {
                "Error" => SpanStatus.Error,
                "Ok" => SpanStatus.Ok,
                _ => request is { IsError: true } ? SpanStatus.Error : SpanStatus.Unset,
            },
            StatusDescription = _texts.Value(stop.StatusDescription),
            Tags = [.. _tags],
            Events = [.. _events],
            Links = [.. _links],
            DroppedTags = droppedTags,
            DroppedEvents = droppedEvents,
            DroppedLinks = droppedLinks,
            Source = _texts.Name(stop.Source),
            SourceVersion = _texts.Name(stop.Version),
            CutTexts = _texts.Cut + (request?.CutTexts ?? 0),
            Size = 512 + 2 * (size + (request?.Size ?? 0)),
        };
    }

    private static SpanKind ReadKind(ReadOnlySpan<char> text) => text switch
    {
        "Server" => SpanKind.Server,
        "Client" => SpanKind.Client,
        "Producer" => SpanKind.Producer,
        "Consumer" => SpanKind.Consumer,
        _ => SpanKind.Internal,
    };

    /// <summary>Names of a type, with a comma between them: one for each entry.</summary>
    private static int CountEntries(ReadOnlySpan<char> text) => text.IsEmpty ? 0 : text.Count(',') + 1;

    /// <returns>How many were dropped.</returns>
    private int ReadTags(ReadOnlySpan<char> text)
    {
        _tags.Clear();
        int dropped = 0;
        var tags = new TagText(text);
        while (tags.MoveNext())
        {
            if (_tags.Count >= SpanLimits.MostTags || tags.Name.IsEmpty) dropped++;
            else _tags.Add(new SpanTag(_texts.Name(tags.Name), _texts.Value(tags.Value)));
        }
        return tags.IsBroken ? dropped + 1 : dropped;
    }

    /// <summary>What the span says itself is better. Few, so that they don't count against the limit.</summary>
    private void AddMissing(ImmutableArray<SpanTag> tags)
    {
        int own = _tags.Count;
        foreach (SpanTag tag in tags)
        {
            bool isKnown = false;
            for (int i = 0; i < own && !isKnown; i++) isKnown = _tags[i].Name == tag.Name;
            if (!isKnown) _tags.Add(tag);
        }
    }

    /// <returns>How many were dropped; null if the runtime does not tell what they hold.</returns>
    private int? ReadEvents(ReadOnlySpan<char> text)
    {
        _events.Clear();
        if (text is not ['[', ..]) return null;
        int dropped = 0;
        var entries = new AnnotationText(text);
        while (entries.MoveNext())
        {
            ReadOnlySpan<char> name = entries.NextField();
            bool isTime = DateTimeOffset.TryParseExact(entries.NextField(), "o", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time);
            if (!isTime || time.UtcDateTime < Earliest || time.UtcDateTime > Latest || _events.Count >= SpanLimits.MostEvents) dropped++;
            else _events.Add(new SpanEvent(time.UtcDateTime, _texts.Name(name), ReadAnnotationTags(entries.Tags, out int droppedTags), droppedTags));
        }
        return dropped;
    }

    /// <inheritdoc cref="ReadEvents"/>
    private int? ReadLinks(ReadOnlySpan<char> text)
    {
        _links.Clear();
        if (text is not ['[', ..]) return null;
        int dropped = 0;
        var entries = new AnnotationText(text);
        while (entries.MoveNext())
        {
            bool isLink = TraceId.TryParse(entries.NextField(), out TraceId trace) & SpanId.TryParse(entries.NextField(), out SpanId id);
            ReadOnlySpan<char> flags = entries.NextField(), state = entries.NextField();
            if (state.SequenceEqual("null")) state = default;
            if (!isLink || trace.IsZero || id.IsZero || _links.Count >= SpanLimits.MostLinks) dropped++;
            else
            {
                _links.Add(new SpanLink(
                    trace, id, ActivityStop.ReadFlags(flags), _texts.WholeOrNothing(state, SpanLimits.LongestState), ReadAnnotationTags(entries.Tags, out int droppedTags), droppedTags));
            }
        }
        return dropped;
    }

    private ImmutableArray<SpanTag> ReadAnnotationTags(ReadOnlySpan<char> text, out int dropped)
    {
        dropped = 0;
        if (text.IsEmpty) return [];
        ImmutableArray<SpanTag>.Builder read = ImmutableArray.CreateBuilder<SpanTag>();
        var tags = new AnnotationTags(text);
        while (tags.MoveNext())
        {
            if (read.Count >= SpanLimits.MostTags || tags.Name.IsEmpty) dropped++;
            else read.Add(new SpanTag(_texts.Name(tags.Name), _texts.Value(tags.Value)));
        }
        return read.DrainToImmutable();
    }
}

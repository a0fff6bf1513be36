namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>What the event of an activity that ended says, by the names that <see cref="ActivityProvider"/> gives; valid while its payload is. What is
/// null in the target is empty.</summary>
internal ref struct ActivityStop
{
    public ReadOnlySpan<char> Source, TraceId, SpanId, ParentSpanId, Flags, TraceState, Kind, DisplayName, StartTicks, DurTicks, Status, StatusDescription, Tags, Events, Links,
        EventCount, LinkCount, Version;

    /// <returns>False if the payload does not have the shape.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ActivityStop stop)
    {
        var arguments = new ActivityArguments(payload);
        stop = new ActivityStop { Source = arguments.Source };
        while (arguments.MoveNext())
        {
            ReadOnlySpan<char> value = arguments.Value;
            switch (arguments.Key)
            {
                case nameof(TraceId): stop.TraceId = value; break;
                case nameof(SpanId): stop.SpanId = value; break;
                case nameof(ParentSpanId): stop.ParentSpanId = value; break;
                case nameof(Flags): stop.Flags = value; break;
                case nameof(TraceState): stop.TraceState = value; break;
                case nameof(Kind): stop.Kind = value; break;
                case nameof(DisplayName): stop.DisplayName = value; break;
                case nameof(StartTicks): stop.StartTicks = value; break;
                case nameof(DurTicks): stop.DurTicks = value; break;
                case nameof(Status): stop.Status = value; break;
                case nameof(StatusDescription): stop.StatusDescription = value; break;
                case nameof(Tags): stop.Tags = value; break;
                case nameof(Events): stop.Events = value; break;
                case nameof(Links): stop.Links = value; break;
                case nameof(EventCount): stop.EventCount = value; break;
                case nameof(LinkCount): stop.LinkCount = value; break;
                case nameof(Version): stop.Version = value; break;
                default: break;
            }
        }
        return !arguments.IsBroken;
    }

    /// <summary>W3C trace flags, written as the names of an enumeration, or as a number where one has no name.</summary>
    public static byte ReadFlags(ReadOnlySpan<char> text) =>
        byte.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out byte flags) ? flags
        : text.Contains("Recorded", StringComparison.Ordinal) ? (byte)1 : (byte)0;
}

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;

/// <summary>One series of a .NET process, but for its values.</summary>
/// <param name="Scope">Body of the InstrumentationScope; null: it is of our own.</param>
/// <param name="Head">The same object for all points of a metric.</param>
/// <param name="Attributes">Encoded, with the tag of their field.</param>
/// <param name="IsOfEvents">It is counted by us, from events of all sessions; else what it counts began with the session or before.</param>
internal sealed record DotnetPoint(byte[]? Scope, MetricHead Head, byte[] Attributes, bool IsOfEvents);

/// <summary>Writes the values of a <see cref="DotnetPoint"/> as they are now, by <see cref="PointValues"/>.</summary>
/// <param name="room">Has place for <see cref="PointValues.Most"/>.</param>
/// <returns>How many there are.</returns>
internal delegate int PointReader(Span<double> room);

namespace ProcessArsenal.Telemetry.Tracing.Events;

/// <summary>Which events of a recording are shown; what is null selects nothing, so all are.</summary>
public sealed record EventFilter
{
    /// <summary>What methods are called, told at the end, which stacks are made readable by: no events of the program's.</summary>
    private const string Names = "Microsoft-Windows-DotNETRuntimeRundown";

    /// <summary>Nobody reads these one by one, so they are shown only if their provider is asked for.</summary>
    private const string Samples = "Microsoft-DotNETCore-SampleProfiler";

    /// <summary>Of their provider.</summary>
    public NamePattern? Provider { get; init; }

    /// <summary>Of their name, such as <c>GC/Start</c>.</summary>
    public NamePattern? Event { get; init; }

    /// <summary>Of the activity source, of those that are about activities; others have none.</summary>
    public NamePattern? Source { get; init; }

    /// <summary>Of a method in their stack; those without a stack have none.</summary>
    public NamePattern? Method { get; init; }

    /// <summary>Whether an event is shown, as far as it tells without its stack.</summary>
    /// <param name="source">Its activity source, asked for only if it matters.</param>
    public bool Takes(string provider, string name, Func<string?> source)
    {
        if (provider == Names || (Provider is null ? provider == Samples : !Provider.Matches(provider))) return false;
        return Event?.Matches(name) != false && (Source is null || (source() is { } of && Source.Matches(of)));
    }

    /// <summary>The same, but with what another says where this one says nothing.</summary>
    public EventFilter Or(EventFilter? other) => other is null ? this
        : new EventFilter { Provider = Provider ?? other.Provider, Event = Event ?? other.Event, Source = Source ?? other.Source, Method = Method ?? other.Method };
}

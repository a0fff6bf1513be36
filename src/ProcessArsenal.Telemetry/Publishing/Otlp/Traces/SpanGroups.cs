using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ProcessArsenal.Telemetry.EventPipe.Activities;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Traces;

/// <summary>Puts spans that belong together behind one another: those of one process, and among them those of one source; as OTLP nests them. Within a
/// source they stay in their order. Its memory is used again; used by one thread.</summary>
internal sealed class SpanGroups
{
    private readonly Dictionary<SpanOrigin, int> _origins = new(ByReference.Instance);
    private readonly Dictionary<(int Origin, string Source, string Version), int> _scopes = [];
    private Origin[] _byOrigin = new Origin[16];
    private Scope[] _byScope = new Scope[16];
    private int[] _next = new int[512];

    private struct Origin
    {
        public int First, Last;
    }

    private struct Scope
    {
        public int First, Last, Next;
    }

    public int Origins => _origins.Count;

    /// <summary>Sorts a batch; valid until the next.</summary>
    public void Sort(ReadOnlySpan<QueuedSpan> spans)
    {
        _origins.Clear();
        _scopes.Clear();
        if (_next.Length < spans.Length) _next = new int[spans.Length * 2];
        int scope = -1;
        for (int i = 0; i < spans.Length; i++)
        {
            // Most follow one of their own kind.
            if (scope < 0 || !IsOf(spans[i], spans[_byScope[scope].Last])) scope = Find(spans[i]);
            _next[i] = -1;
            ref Scope found = ref _byScope[scope];
            if (found.First < 0) found.First = i;
            else _next[found.Last] = i;
            found.Last = i;
        }
    }

    /// <summary>The first of an origin's scopes; the others by <see cref="NextScope"/>.</summary>
    public int FirstScope(int origin) => _byOrigin[origin].First;

    /// <returns>-1 after the last.</returns>
    public int NextScope(int scope) => _byScope[scope].Next;

    /// <summary>The index of the first span of a scope; the others by <see cref="NextSpan"/>.</summary>
    public int FirstSpan(int scope) => _byScope[scope].First;

    /// <inheritdoc cref="NextScope"/>
    public int NextSpan(int span) => _next[span];

    private static bool IsOf(in QueuedSpan span, in QueuedSpan other) =>
        ReferenceEquals(span.Origin, other.Origin) && span.Span.Source == other.Span.Source && span.Span.SourceVersion == other.Span.SourceVersion;

    private int Find(in QueuedSpan span)
    {
        if (!_origins.TryGetValue(span.Origin, out int origin))
        {
            origin = _origins.Count;
            if (origin == _byOrigin.Length) Array.Resize(ref _byOrigin, origin * 2);
            _byOrigin[origin] = new Origin { First = -1, Last = -1 };
            _origins.Add(span.Origin, origin);
        }
        (int, string, string) key = (origin, span.Span.Source, span.Span.SourceVersion);
        if (_scopes.TryGetValue(key, out int scope)) return scope;
        scope = _scopes.Count;
        if (scope == _byScope.Length) Array.Resize(ref _byScope, scope * 2);
        _byScope[scope] = new Scope { First = -1, Next = -1 };
        _scopes.Add(key, scope);
        ref Origin its = ref _byOrigin[origin];
        if (its.First < 0) its.First = scope;
        else _byScope[its.Last].Next = scope;
        its.Last = scope;
        return scope;
    }

    /// <summary>Two sessions of one process that are alike are two origins all the same: a glance tells them apart.</summary>
    private sealed class ByReference : IEqualityComparer<SpanOrigin>
    {
        public static readonly ByReference Instance = new();

        public bool Equals(SpanOrigin? x, SpanOrigin? y) => ReferenceEquals(x, y);

        public int GetHashCode([DisallowNull] SpanOrigin obj) => RuntimeHelpers.GetHashCode(obj);
    }
}

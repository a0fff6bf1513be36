using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;

/// <summary>The attributes of a process: the encoded body of a Resource.</summary>
/// <param name="runtime">Null if it is no .NET process, or has not told.</param>
/// <returns>Null: the process is left out.</returns>
internal delegate byte[]? ProcessResource(in ProcessRow row, RuntimeInfo? runtime);

/// <summary>A snapshot as ExportMetricsServiceRequests: the host first, then the processes in ascending order of pid, each a Resource of its own.
/// Usually it is one request; what would be larger than receivers take is cut between two processes. Used by one thread; allocates nothing but
/// what the writer lacks.</summary>
/// <param name="version">Of the exporter.</param>
/// <param name="host">The body of the Resource that is the host; null: it has no metrics.</param>
/// <param name="all">All processes, not only those with series of their own.</param>
/// <param name="mostBytes">Of one request, not compressed. A receiver of gRPC takes 4 MiB if nobody told it otherwise.</param>
internal sealed class MetricsRequests(string version, ProcessResource resourceOf, byte[]? host, bool all = false, int mostBytes = MetricsRequests.MostBytes)
{
    public const string ScopeName = "ProcessArsenal.Exporter";

    public const int MostBytes = 4 * 1024 * 1024;

    private readonly byte[] _scope = OtlpText.Scope(ScopeName, version);
    private readonly MetricsBuilder _builder = new();
    private Snapshot? _snapshot;
    private int _next; // -1 is the host
    private int _nextDotnet;

    /// <summary>Data points of processes that were left out, as a request with each alone would be too large, in all snapshots.</summary>
    public long Dropped { get; private set; }

    /// <summary>Begins with a snapshot; its lease is to be kept until <see cref="TryWrite"/> returns false.</summary>
    public void Begin(Snapshot snapshot) => (_snapshot, _next, _nextDotnet) = (snapshot, -1, 0);

    /// <summary>Writes the next request.</summary>
    /// <param name="writer">Cleared first.</param>
    /// <param name="points">Data points in it.</param>
    /// <returns>False if there is no more.</returns>
    public bool TryWrite(ProtobufWriter writer, out int points)
    {
        writer.Clear();
        points = 0;
        if (_snapshot is not { } snapshot) return false;
        _builder.Begin(writer, UnixNanoseconds.Of(snapshot.Time));
        for (; _next < snapshot.ProcessCount; _next++)
        {
            int length = writer.Length;
            points = _builder.Points;
            if (_next < 0) WriteHost(snapshot);
            else WriteProcess(snapshot);
            _builder.Close();
            if (writer.Length <= mostBytes) continue;
            int lost = _builder.Points - points;
            writer.Truncate(length);
            _builder.Points = points;
            if (length > 0) return true;
            Dropped += lost;
        }
        _snapshot = null;
        points = _builder.Points;
        return points > 0;
    }

    private void WriteHost(Snapshot snapshot)
    {
        if (host is null) return;
        _builder.Resource(host);
        _builder.Scope(_scope);
        HostMetrics.Write(_builder, snapshot);
    }

    private void WriteProcess(Snapshot snapshot)
    {
        ref readonly ProcessRow row = ref snapshot.Processes[_next];
        ReadOnlySpan<DotnetRow> targets = snapshot.Dotnet.Rows; // In the same order.
        while (_nextDotnet < targets.Length && targets[_nextDotnet].Source.Row < _next) _nextDotnet++;
        bool isDotnet = _nextDotnet < targets.Length && targets[_nextDotnet].Source.Row == _next;
        if (row.Group is null || !(all || isDotnet || row.Reported != ReportReason.None)) return;
        DotnetRow target = isDotnet ? targets[_nextDotnet] : default;
        if (resourceOf(row, target.Source.Runtime) is not { } resource) return;
        _builder.Resource(resource);
        _builder.Scope(_scope);
        ulong start = UnixNanoseconds.Of(row.Description.StartTime);
        KernelMetrics.Write(_builder, row, start);
        if (isDotnet) WriteTarget(snapshot, target, start);
    }

    private void WriteTarget(Snapshot snapshot, in DotnetRow target, ulong start)
    {
        var starts = new PointStarts(start, UnixNanoseconds.Of(target.Source.SessionBegan), UnixNanoseconds.Of(target.Source.EventsBegan));
        ReadOnlySpan<double> values = snapshot.Dotnet.PointValuesOf(target);
        MetricHead? head = null;
        foreach (DotnetPoint point in target.Points)
        {
            if (point.Head != head)
            {
                _builder.Scope(point.Scope ?? _scope);
                _builder.Metric(head = point.Head);
            }
            PointValues.Write(_builder, point, ref values, starts);
        }
    }
}

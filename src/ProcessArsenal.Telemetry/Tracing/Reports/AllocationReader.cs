using Microsoft.Diagnostics.Tracing.Etlx;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>What is allocated, and where: the runtime tells of one object in some 100 KB, with its stack.</summary>
internal sealed class AllocationReader : ITraceSection
{
    private const int Most = 20;

    private readonly Tally _types = new(), _places = new();

    public void Listen(TraceLogEventSource source, StackNames names) => source.Clr.GCAllocationTick += tick =>
    {
        _types.Add(tick.TypeName, tick.AllocationAmount64);
        _places.Add(names.InnermostOwn(tick.CallStackIndex()), tick.AllocationAmount64);
    };

    public TraceReport AddTo(TraceReport report)
    {
        double all = _types.Amount;
        return all == 0 ? report : report with
        {
            Allocations = new AllocationSection((long)all, _types.Count, [.. _types.Places(Most).Select(type => new AllocatedType(type.Method, (long)type.Amount, type.Amount / all))], [.. _places.Places(Most)]),
        };
    }
}

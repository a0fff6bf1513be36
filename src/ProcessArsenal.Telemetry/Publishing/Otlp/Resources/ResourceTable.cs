using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Resources;

/// <summary>Resources of processes, encoded once each. They outlive their processes for a while, whose last spans come after them. Used by one
/// thread.</summary>
internal sealed class ResourceTable(HostFacts host)
{
    /// <summary>Snapshots without a process after which it is forgotten.</summary>
    private const int Patience = 60;

    private readonly Dictionary<ProcessIdentity, Entry> _entries = [];
    private readonly List<ProcessIdentity> _old = [];
    private long _round;
    private long _tick = -1;

    /// <summary>The host itself.</summary>
    public byte[] Host { get; } = OtlpText.Attributes(1, host.Attributes());

    /// <summary>Takes in who is there; who was not for long is forgotten.</summary>
    public void Update(Snapshot snapshot)
    {
        if (snapshot.Tick == _tick) return;
        _tick = snapshot.Tick;
        _round++;
        foreach (DotnetRow target in snapshot.Dotnet.Rows) _ = Of(snapshot.Processes[target.Source.Row], target.Source.Runtime);
        foreach ((ProcessIdentity process, Entry entry) in _entries)
            if (entry.Seen < _round - Patience) _old.Add(process);
        foreach (ProcessIdentity process in _old) _entries.Remove(process);
        _old.Clear();
    }

    public byte[] Of(in ProcessRow row, RuntimeInfo? runtime) => Of(row.Sample.Identity, row.Description, runtime);

    /// <summary>Of one that no snapshot has shown yet it is only said who it is and what it runs on.</summary>
    public byte[] Of(SpanOrigin origin)
    {
        ProcessDescription? description = _entries.GetValueOrDefault(origin.Process)?.Description;
        return Of(origin.Process, description, origin.Runtime);
    }

    private byte[] Of(ProcessIdentity process, ProcessDescription? description, RuntimeInfo? runtime)
    {
        if (!_entries.TryGetValue(process, out Entry? entry)) _entries.Add(process, entry = new Entry());
        entry.Seen = _round;
        if (entry.Body is { } known && ReferenceEquals(entry.Description, description) && (ReferenceEquals(entry.Runtime, runtime) || runtime is null)) return known;
        (entry.Description, entry.Runtime) = (description, runtime ?? entry.Runtime);
        return entry.Body = ProcessResource.Encode(process, description, entry.Runtime, host);
    }

    private sealed class Entry
    {
        public ProcessDescription? Description { get; set; }

        public RuntimeInfo? Runtime { get; set; }

        public byte[]? Body { get; set; }

        public long Seen { get; set; }
    }
}

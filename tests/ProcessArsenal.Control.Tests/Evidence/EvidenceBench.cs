using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Control.Tests.Pipeline;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Control.Tests.Evidence;

/// <summary>A pipeline that has evidence taken, with a store of its own, whose disk may hang.</summary>
internal sealed class EvidenceBench : IDisposable
{
    public static readonly TimeSpan Budget = TimeSpan.FromSeconds(20);

    private readonly ManualResetEventSlim _disk = new(true);

    public EvidenceBench(string? root = null)
    {
        Root = root ?? Path.Join(Place.State, "artifacts");
        // The store asks for its limits on its way to the disk: who waits there waits as for a disk that hangs.
        Store = new ArtifactStore(Root, LimitsNow, TimeProvider.System);
        var collector = new EvidenceCollector(Place.Proc, new ProcessInspector(Place.Proc, TimeProvider.System), Place.Store, Place.Sampler.History, Place.Sampler.Lifecycle, Place.Sampler.Runtimes, TimeProvider.System);
        Taker = new EvidenceTaker(collector, Store, () => Options, TimeProvider.System);
        Place.Take(Taker);
    }

    public ControlPlace Place { get; } = new();

    public string Root { get; }

    public ArtifactStore Store { get; }

    public EvidenceTaker Taker { get; }

    public ArtifactLimits Limits { get; set; } = new();

    public EvidenceOptions Options { get; set; } = new();

    /// <summary>A process of which something is remembered.</summary>
    public Victim Start(string program = "/bin/sleep", params string[] arguments)
    {
        Victim victim = Place.Start(program, arguments);
        for (int i = 0; i < 4; i++) Place.Sample();
        return victim;
    }

    public void Hang() => _disk.Reset();

    public void GoOn() => _disk.Set();

    public async Task<TargetResult> Do(ControlAction action, Victim victim, TimeSpan? budget) => Assert.Single((await Place.Run(Ask(action, victim, budget))).Targets);

    public static ControlRequest Ask(ControlAction action, Victim victim, TimeSpan? budget) => ControlPlace.Ask(action, TargetSelection.Of(victim.Identity)) with { Evidence = budget, Reason = "it hangs" };

    public Task<TargetResult> Snapshot(Victim victim) => Do(new SnapshotAction(Taker), victim, null);

    public EvidenceRecord Record(TargetResult result) => Assert.IsType<EvidenceRecord>(Store.Find(result.Evidence?.Artifact ?? throw new InvalidOperationException(result.Reason)));

    /// <summary>What is in a bundle, by the names that tar knows.</summary>
    public Dictionary<string, JsonElement> Unpack(TargetResult result)
    {
        var files = new Dictionary<string, JsonElement>();
        using FileStream file = File.OpenRead(Store.FileOf(Record(result)));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        while (tar.GetNextEntry() is { } entry) files.Add(entry.Name, JsonDocument.Parse(entry.DataStream!).RootElement);
        return files;
    }

    public string[] Folders() => Directory.Exists(Root) ? [.. Directory.GetDirectories(Root).Select(static folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)] : [];

    public void Dispose()
    {
        _disk.Set();
        Place.Dispose();
        Taker.Dispose();
        _disk.Dispose();
    }

    private ArtifactLimits LimitsNow()
    {
        _disk.Wait(TimeSpan.FromSeconds(30));
        return Limits;
    }
}

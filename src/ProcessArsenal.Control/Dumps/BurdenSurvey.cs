using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Dumps;

/// <summary>Finds out what a dump would take: by the memory that its process has now, and by what earlier ones took.</summary>
internal static class BurdenSurvey
{
    /// <summary>Bytes a second, as long as none has been seen: what a slow disk takes.</summary>
    public const long AssumedRate = 100L << 20;

    /// <summary>What the tool that writes it takes for itself, and a part of what is written.</summary>
    public const long OwnMemory = 128L << 20, Share = 50;

    /// <summary>How long it stands still however little is written.</summary>
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(0.5);

    private const int Seen = 3;

    /// <returns>Null if it can't be had.</returns>
    public static Burden? Make(ProcFs proc, ProcessDirectory target, DumpType type, DumpOrder order, ArtifactStore store, out string? why)
    {
        Span<byte> buffer = stackalloc byte[8192];
        why = "it has ended";
        if (target.ReadStatus(buffer, out ProcStatus status) != ReadOutcome.Ok) return null;
        why = null;
        DumpPlace? place = null;
        if (type.IsWrittenByTarget && (place = DumpPlace.Find(target, out why)) is null) return null;
        using (place)
        {
            long bytes = type.Estimate(target, status);
            (long rate, bool isMeasured) = RateOf(store.List().OfType<DumpRecord>(), type.Name);
            bool isMemory = place?.IsMemory ?? false;
            return new Burden
            {
                What = type.Name.EndsWith("dump", StringComparison.Ordinal) ? type.Name : $"{type.Name} dump",
                Bytes = bytes,
                FreeHere = store.FreeBytes,
                MostHere = store.Most,
                There = place?.Location.Folder,
                FreeThere = place?.FreeBytes ?? 0,
                IsThereMemory = isMemory,
                IsSameDisk = place is not null && store.IsOn(place.IsWith),
                Memory = type.MemoryOf(target, status, bytes) + (isMemory ? bytes : 0),
                MemoryLeft = Left(proc, target),
                Freeze = AtLeast + TimeSpan.FromSeconds(bytes / (double)rate),
                MaxFreeze = order.MaxFreeze,
                Rate = rate,
                IsRateMeasured = isMeasured,
            };
        }
    }

    /// <summary>The slowest of the latest that were large enough to tell, of the type.</summary>
    internal static (long Rate, bool IsMeasured) RateOf(IEnumerable<DumpRecord> records, string type)
    {
        double[] rates = [.. records.Where(record => record.Type == type && record is { State: DumpState.Done, Bytes: >= 16 << 20, Freeze: > 0.05 }).Select(static record => record.Bytes / record.Freeze!.Value).TakeLast(Seen)];
        return rates.Length == 0 ? (AssumedRate, false) : (Math.Max(1 << 20, (long)rates.Min()), true);
    }

    /// <summary>What the target may still take, by its control group, by those above it, and by what the host has.</summary>
    internal static long? Left(ProcFs proc, ProcessDirectory target)
    {
        Span<byte> buffer = stackalloc byte[4096];
        ulong? left = proc.ReadMeminfo(out ProcMeminfo host) == ReadOutcome.Ok ? host.AvailableBytes : null;
        if (target.ReadCgroup(buffer, out ProcCgroup? cgroup) == ReadOutcome.Ok && new MemoryHeadroom(proc.ReadCgroupMounts()).BytesOf(cgroup!) is { } room && !(room >= left)) left = room;
        return left is { } bytes ? (long)Math.Min(bytes, long.MaxValue) : null;
    }
}

using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>What a watch did not see.</summary>
internal sealed class FlowGaps
{
    private readonly List<Unavailable> _all = [];

    public IReadOnlyList<Unavailable> All => _all;

    public void Miss(string what, string needs)
    {
        if (!_all.Exists(known => known.What == what)) _all.Add(new Unavailable(what, needs));
    }

    /// <summary>Sockets are told of our own network namespace only: counts the processes that are in others.</summary>
    /// <param name="targets">Whom to ask about; none: all that we may see.</param>
    public void LookAtNamespaces(ProcFs proc, IReadOnlyCollection<ProcessIdentity> targets, Func<bool> isLate)
    {
        byte[] own = new byte[64], other = new byte[64];
        if (proc.OpenSelf(out ProcessDirectory? self) != ReadOutcome.Ok) return;
        using (self) if (self!.ReadNamespace("net", own, out int length) != ReadOutcome.Ok || length == 0) return;
        int elsewhere = 0;
        foreach (int pid in targets.Count > 0 ? targets.Select(static target => target.Pid) : Pids(proc))
        {
            if (isLate()) break;
            if (proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) continue;
            using (directory)
            {
                other.AsSpan().Clear();
                if (directory!.ReadNamespace("net", other, out int length) == ReadOutcome.Ok && length > 0 && !own.AsSpan().SequenceEqual(other)) elsewhere++;
            }
        }
        if (elsewhere > 0) Miss(FormattableString.Invariant($"TCP and unix sockets of {elsewhere} processes in other network namespaces"), "to run in the same one");
    }

    private static List<int> Pids(ProcFs proc)
    {
        List<int> pids = [];
        try
        {
            using ProcFs own = ProcFs.Open(proc.Root); // Listing is for one at a time, and the sampler lists too.
            _ = own.TryListPids(pids);
        }
        catch (IOException)
        {
            // No descriptor is to be had; the holders of sockets will miss too, and be told of.
        }
        return pids;
    }
}

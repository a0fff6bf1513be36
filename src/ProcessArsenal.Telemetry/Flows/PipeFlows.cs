using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Who writes into a pipe that another reads (pipe(7)): by who has which end open. Neither what goes through nor what waits is told by the kernel without
/// opening the pipe, which would be to touch it. Named pipes are not among them.</summary>
internal sealed class PipeFlows
{
    private const int MostPipes = 16 * 1024, MostOfOneSide = 64;

    private readonly Dictionary<ulong, Pipe> _pipes = [];
    private readonly byte[] _buffer = new byte[1024];

    /// <summary>Sums up the pipes of the moment. One that a process has to itself says nothing.</summary>
    /// <returns>Whether all processes that we may see were looked at.</returns>
    public static bool TryRead(ProcFs proc, FlowSums<FlowParty> sums, Func<bool> isLate)
    {
        var pipes = new PipeFlows();
        bool isComplete = new DescriptorWalk(proc).VisitAll("pipe:["u8, isLate, pipes.Add).IsComplete;
        pipes.SumUp(sums);
        return isComplete && pipes._pipes.Count < MostPipes;
    }

    internal void Add(ulong inode, Relative holder, DescriptorAccess access)
    {
        if (!_pipes.TryGetValue(inode, out Pipe? pipe))
        {
            if (_pipes.Count >= MostPipes) return;
            _pipes[inode] = pipe = new Pipe([], []);
        }
        if (access != DescriptorAccess.Read && pipe.Writers.Count < MostOfOneSide) pipe.Writers.Add(holder);
        if (access != DescriptorAccess.Write && pipe.Readers.Count < MostOfOneSide) pipe.Readers.Add(holder);
    }

    internal void SumUp(FlowSums<FlowParty> sums)
    {
        foreach (Pipe pipe in _pipes.Values)
        {
            foreach (Relative writer in pipe.Writers)
            {
                foreach (Relative reader in pipe.Readers)
                {
                    if (writer == reader) continue;
                    FlowSum sum = sums.Of(FlowParty.Of(writer), FlowParty.Of(reader));
                    sum.Connections++;
                    sum.Add(null);
                }
            }
        }
    }

    private void Add(ProcessDirectory directory, int number, ulong inode, Relative holder)
    {
        if (directory.ReadDescriptorAccess(number, _buffer, out DescriptorAccess access) == ReadOutcome.Ok) Add(inode, holder, access);
    }

    private sealed record Pipe(HashSet<Relative> Writers, HashSet<Relative> Readers);
}

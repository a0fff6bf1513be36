using System.Diagnostics;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Tests.Flows;

public sealed class UnixAndPipeFlowsTests
{
    private static readonly Relative Writer = new("1-1-1", 1, "writer"), Reader = new("2-2-2", 2, "reader"), Other = new("3-3-3", 3, "other");

    [Fact]
    public void What_waits_in_a_unix_socket_came_from_its_peer()
    {
        var sums = new FlowSums<FlowParty>(10);
        var holders = new Dictionary<ulong, Relative> { [7] = Writer, [8] = Reader, [9] = Reader };
        UnixFlows.Add(sums, holders, new UnixSocket(8, 7, 300));
        UnixFlows.Add(sums, holders, new UnixSocket(7, 8, 0));
        UnixFlows.Add(sums, holders, new UnixSocket(9, 77, null)); // Of nobody that we see.
        UnixFlows.Add(sums, holders, new UnixSocket(78, 79, 5));
        Assert.Equal([("reader", "writer", 0UL), ("writer", "reader", 300UL), (null, "reader", null)], sums.Pairs.Select(static pair => (pair.Key.From.Process?.Name, pair.Key.To.Process?.Name, pair.Value.ReceiveQueue)).OrderBy(static pair => pair.ReceiveQueue ?? 1000));
        Assert.All(sums.Pairs, static pair => Assert.True(pair.Value.IsIncomplete));
    }

    [Fact]
    public void A_pipe_leads_from_who_has_it_open_to_write_to_who_has_it_open_to_read()
    {
        var sums = new FlowSums<FlowParty>(10);
        var pipes = new PipeFlows();
        pipes.Add(1, Writer, DescriptorAccess.Write);
        pipes.Add(1, Writer, DescriptorAccess.Write); // Standard output and error.
        pipes.Add(1, Reader, DescriptorAccess.Read);
        pipes.Add(2, Writer, DescriptorAccess.Write);
        pipes.Add(2, Reader, DescriptorAccess.Both);
        pipes.Add(3, Other, DescriptorAccess.Read); // To wake itself.
        pipes.Add(3, Other, DescriptorAccess.Write);
        pipes.SumUp(sums);
        KeyValuePair<(FlowParty From, FlowParty To), FlowSum> pair = Assert.Single(sums.Pairs);
        Assert.Equal((Writer, Reader, 2L), (pair.Key.From.Process, pair.Key.To.Process, pair.Value.Connections));
    }

    [Fact]
    public async Task Real_pipes_are_told_between_processes_and_a_writer_whose_reader_is_stuck()
    {
        using Process cat = Process.Start(new ProcessStartInfo("bash", ["-c", "exec cat /dev/zero"]) { RedirectStandardOutput = true })!; // Which nobody reads.
        using ProcFs proc = ProcFs.Open();
        FlowSums<FlowParty>? sums = null;
        await ProcessArsenal.Tests.Eventually.True("cat waits for us", () =>
        {
            sums = new FlowSums<FlowParty>(10_000);
            return PipeFlows.TryRead(proc, sums, static () => false) && PipeWait.IsStuckWriting(new ThreadList(1, new Dictionary<string, int>(), [new ThreadUse(cat.Id, "cat", "sleeping", WaitsIn(proc, cat.Id), 0)], null));
        });
        Assert.Contains(sums!.Pairs, pair => pair.Key.From.Process?.Pid == cat.Id && pair.Key.To.Process?.Pid == Environment.ProcessId && pair.Value.Connections == 1);
        Assert.Equal(ReadOutcome.Ok, proc.ReadWaitChannel(cat.Id, new byte[256], out ReadOnlySpan<byte> function));
        Assert.True(PipeWait.IsForRoom(function));
        cat.StandardOutput.Close(); // Ends it.
        await cat.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static string? WaitsIn(ProcFs proc, int pid)
    {
        if (proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return null;
        using (directory) return directory!.ReadThreadWaitChannel(pid, new byte[256], out ReadOnlySpan<byte> name) == ReadOutcome.Ok ? System.Text.Encoding.UTF8.GetString(name) : null;
    }
}

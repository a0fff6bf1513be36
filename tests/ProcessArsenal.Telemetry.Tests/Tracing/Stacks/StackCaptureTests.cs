using System.Globalization;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.Tests.EventPipe;
using ProcessArsenal.Telemetry.Tracing.Stacks;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Stacks;

/// <summary>Where the threads of a program are, of which it is known.</summary>
public sealed class StackCaptureTests
{
    private const string Sampler = "Microsoft-DotNETCore-SampleProfiler", Rundown = "Microsoft-Windows-DotNETRuntimeRundown";

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task Who_works_and_who_waits_is_told_by_name(string framework)
    {
        await using TroublesTarget program = await TroublesTarget.StartOn(framework, "burn", "100");
        ThreadStacks stacks = null!;
        // Who has just begun to wait looks for a while whether he has to.
        await Eventually.True("all wait but one", async () => (stacks = await Take(program, TimeSpan.FromSeconds(20))).Stacks.Where(static stack => stack.Waits != true).Sum(static stack => stack.Threads.Count) == 1);
        string shown = string.Join('\n', stacks.Stacks.Select(static stack => $"{stack.Threads.Count} {(stack.Waits == true ? "wait" : "work")}: {string.Join(" < ", stack.Frames)}"));
        ThreadPlace working = Assert.Single(stacks.Stacks, static stack => stack.Frames.Contains("Troubles.Burn.Work()"));
        Assert.True(working.Waits == false && working.Frames[0] is "Troubles.Burn.Seventy()" or "Troubles.Burn.Twenty()" or "Troubles.Burn.Ten()" or "Troubles.Burn.Work()", shown);
        // A hundred wait in five ways.
        ThreadPlace[] waiting = [.. stacks.Stacks.Where(static stack => stack.Waits == true && stack.Frames.Any(static frame => frame.StartsWith("Troubles.Burn", StringComparison.Ordinal)))];
        Assert.True(waiting.Sum(static stack => stack.Threads.Count) == 100 && waiting.Length <= 10, shown);
        Assert.Equal(stacks.Stacks.OrderByDescending(static stack => stack.Threads.Count).Select(static stack => stack.Threads.Count), stacks.Stacks.Select(static stack => stack.Threads.Count));
        long[] threads = [.. stacks.Stacks.SelectMany(static stack => stack.Threads)];
        Assert.Equal((stacks.Threads, null), (threads.Length, stacks.Omitted));
        HashSet<string> real = [.. Directory.GetDirectories($"/proc/{program.Pid}/task").Select(static path => Path.GetFileName(path)!)];
        Assert.All(threads, thread => Assert.Contains(thread.ToString(CultureInfo.InvariantCulture), real));
        Assert.DoesNotContain(stacks.Stacks, static stack => stack.Frames.Contains(ThreadStacks.Unknown));
        (ProcessDirectory directory, _, _) = ShopTarget.Look(program.Pid);
        using (directory) await Eventually.True("no session is left", () => EventSessions.Count(directory) == 0);
    }

    [Fact]
    public async Task One_that_is_stopped_makes_nobody_wait_for_long()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "5");
        program.Signal("STOP");
        long began = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAnyAsync<Exception>(() => Take(program, TimeSpan.FromSeconds(3)));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        program.Signal("CONT");
    }

    [Fact]
    public void A_round_ends_with_the_first_thread_that_comes_again()
    {
        var capture = new StackCapture();
        Feed(capture, new NetTraceWriter().Kinds((1, Sampler, 0, ""))
            .Events([Sample(7, 0x1010, 0x2020), Sample(8, 0x1010, 0x2020), Sample(9, 0x3000), Sample(6), Sample(7, 0x4444), Sample(10, 0x3000)]));
        capture.End();
        Feed(capture, new NetTraceWriter().Kinds((1, Rundown, 144, "")).Events([Method(0x1000, 0x20, "Shop", "Sell"), Method(0x2000, 0x20, "Shop", "Main"), Method(0x5000, 0x10, "Shop", "Never")]));
        ThreadStacks stacks = capture.Result(DateTimeOffset.UnixEpoch)!;
        Assert.Equal(["7,8: Shop.Sell()<Shop.Main()", "9: ?"], stacks.Stacks.Select(static stack => $"{string.Join(',', stack.Threads)}: {string.Join('<', stack.Frames)}"));
        Assert.Equal((3, null), (stacks.Threads, stacks.Omitted));
        Assert.Equal([false, null], stacks.Stacks.Select(static stack => stack.Waits));
        Assert.Null(new StackCapture().Result(DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void More_threads_than_there_is_room_for_are_counted()
    {
        var capture = new StackCapture();
        Feed(capture, new NetTraceWriter().Kinds((1, Sampler, 0, "")).Events(Enumerable.Range(1, StackCapture.MostThreads + 5).Select(static thread => Sample((ulong)thread, 0x10))));
        capture.End();
        Assert.Null(capture.Result(DateTimeOffset.UnixEpoch)); // Nobody has said what anything is called.
        Feed(capture, new NetTraceWriter().Kinds((1, Rundown, 144, "")).Events([Method(0x10, 1, "Shop", "Sell")]));
        ThreadStacks stacks = capture.Result(DateTimeOffset.UnixEpoch)!;
        Assert.Equal((StackCapture.MostThreads, (int?)5, 1), (stacks.Threads, stacks.Omitted, stacks.Stacks.Count));
    }

    private static WrittenEvent Sample(ulong thread, params ulong[] addresses) => new(1, thread, 0, 0, [2, 0, 0, 0]) { Addresses = [.. addresses.SelectMany(static address => BitConverter.GetBytes(address))] };

    private static WrittenEvent Method(ulong start, uint size, string space, string name)
    {
        var content = new MemoryStream();
        using var payload = new BinaryWriter(content);
        payload.Write(0L);
        payload.Write(0L);
        payload.Write(start);
        payload.Write(size);
        payload.Write(0);
        payload.Write(0);
        foreach (string text in (string[])[space, name, "void ()"]) payload.Write(System.Text.Encoding.Unicode.GetBytes(text + "\0"));
        return new WrittenEvent(1, 1, 0, 0, content.ToArray());
    }

    private static void Feed(StackCapture capture, NetTraceWriter writer)
    {
        using (writer)
        {
            var reader = new NetTraceReader(new MemoryStream(writer.End()), keepsStacks: true);
            Assert.True(reader.ReadAsync((in NetTraceEvent value) => capture.Take(value, reader.Header), TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        }
    }

    private static async Task<ThreadStacks> Take(TroublesTarget program, TimeSpan within)
    {
        (ProcessDirectory directory, ProcStat stat, ProcStatus status) = ShopTarget.Look(program.Pid);
        using (directory)
        {
            (DiagnosticSocketOutcome outcome, DiagnosticSocket? socket) = await DiagnosticSocket.FindAsync(directory, stat, status, TestContext.Current.CancellationToken);
            Assert.Equal(DiagnosticSocketOutcome.Found, outcome);
            using (socket) return await StackCapture.TakeAsync(socket!, within, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}

using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Tracing.Heaps;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Heaps;

/// <summary>However a look into a heap ends, nobody is held up, the program is left as it was, and what is missing is said.</summary>
public sealed class HeapCaptureTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task A_program_that_others_listen_to_tells_all_the_same(string framework)
    {
        await using TroublesTarget program = await TroublesTarget.StartOn(framework, "leak", "list");
        await program.Leak(2000);
        using Recording recording = await Recording.Of(program, Recording.Options(600, "gc", "exceptions"), async capture =>
        {
            for (int i = 1; i <= 3; i++)
            {
                TakenHeap taken = await TakenHeap.Of(program);
                Assert.Equal((null, null), (taken.End.Wrong, taken.Graph.Facts.Incomplete));
                HeapReport report = TakenHeap.Report(taken.Graph);
                Assert.Equal(2000, report.Types.Single(static line => line.Type == "Troubles.Order").Count);
                Assert.DoesNotContain(report.Types, static line => line.Type.StartsWith("a type", StringComparison.Ordinal));
                output.WriteLine($"{framework}: {taken.End}, {taken.Graph.Facts}");
            }
            capture.Stop();
        });
        await NoSessionIsLeft(program);
    }

    [Fact]
    public async Task One_that_collects_all_the_time_tells_of_one_collection()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "gc");
        for (int i = 0; i < 5; i++)
        {
            TakenHeap taken = await TakenHeap.Of(program);
            Assert.Equal((null, null), (taken.End.Wrong, taken.Graph.Facts.Incomplete));
            Assert.InRange(taken.CountOf("System.Byte[]"), 1, 21_000);
        }
        await NoSessionIsLeft(program);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_ends_meanwhile_leaves_a_part_that_says_so(bool killed)
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "fill", "300");
        var stream = new MemoryStream();
        HeapCaptureEnd end = await TakenHeap.Capture(program, new Watched(stream, 1 << 20, () =>
        {
            if (killed) program.Signal("KILL");
            else program.Signal("TERM"); // Which waits until the collection is over.
        }), 256, TimeSpan.FromSeconds(60));
        stream.Position = 0;
        HeapGraph graph = await HeapDigest.ReadAsync(stream, new HeapLimits(), TestContext.Current.CancellationToken);
        output.WriteLine($"{end}, {graph.Facts}");
        if (killed) Assert.NotNull(end.Wrong);
        if (killed) Assert.NotNull(graph.Facts.Incomplete);
        Assert.InRange(graph.Facts.Objects, 1, 6_000_000);
    }

    [Fact]
    public async Task One_that_is_stopped_before_holds_nobody_up()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "leak", "list");
        await program.Leak(10);
        await program.Stop();
        long began = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAsync<TimeoutException>(() => TakenHeap.Capture(program, new MemoryStream(), 64, TimeSpan.FromSeconds(5)));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Nor_does_one_that_is_stopped_meanwhile()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "fill", "200");
        long began = TimeProvider.System.GetTimestamp();
        var stream = new MemoryStream();
        HeapCaptureEnd end = await TakenHeap.Capture(program, new Watched(stream, 1 << 20, () => program.Signal("STOP")), 16, TimeSpan.FromSeconds(5));
        output.WriteLine($"{end}");
        Assert.NotNull(end.Wrong);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(120));
        program.Signal("CONT");
        await NoSessionIsLeft(program);
    }

    [Fact]
    public async Task A_heap_that_is_more_than_we_keep_is_refused()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "fill", "20");
        HeapException refused = await Assert.ThrowsAsync<HeapException>(() => TakenHeap.Of(program, new HeapLimits { Objects = 100_000 }));
        Assert.Contains("more than 100000 objects", refused.Message, StringComparison.Ordinal);
        await NoSessionIsLeft(program);
    }

    private static async Task NoSessionIsLeft(TroublesTarget program)
    {
        (Procfs.ProcessDirectory directory, _, _) = ShopTarget.Look(program.Pid);
        using (directory) await Eventually.True("no session is left", () => EventSessions.Count(directory) == 0);
    }

    /// <summary>Does something once so much was written.</summary>
    private sealed class Watched(Stream inner, long bytes, Action then) : Stream
    {
        private Action? _then = then;
        private long _written;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            if ((_written += buffer.Length) < bytes) return;
            _then?.Invoke();
            _then = null;
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Tracing;
using ProcessArsenal.Telemetry.Tracing.Events;
using ProcessArsenal.Telemetry.Tracing.Reports;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing;

/// <summary>However a recording ends, the program is left as it was, and what there is of the file can be read.</summary>
public sealed class TraceCaptureTests
{
    [Fact]
    public async Task It_ends_when_its_time_is_over()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "5");
        using Recording recording = await Recording.Of(program, Recording.Options(2, "cpu"));
        Assert.Equal((CaptureReason.Duration, null, 0), (recording.End.Reason, recording.End.Wrong, recording.End.Lost));
        Assert.InRange(recording.End.Duration, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(10));
        TraceReport report = TraceDigest.Read(recording.Path).Report;
        Assert.Null(report.Trace.Incomplete);
        RecordedEvent last = EventReading.Page(recording.Path, new EventFilter { Provider = NamePattern.Parse("SampleProfiler") }, 0, int.MaxValue, TestContext.Current.CancellationToken).Events[^1];
        Assert.InRange(report.Trace.Duration - last.At, -0.01, 0.1); // Without the time in which methods are named.
        Assert.Equal((recording.End.Events, new FileInfo(recording.Path).Length), (report.Trace.Events, recording.End.Bytes));
        await NoSessionIsLeft(program);
    }

    [Fact]
    public async Task And_when_somebody_asks()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "5");
        using Recording recording = await Recording.Of(program, Recording.Options(600, "cpu"), async capture =>
        {
            await Eventually.True("samples", () => capture.Events > 500);
            capture.Stop();
        });
        Assert.Equal((CaptureReason.Asked, null), (recording.End.Reason, recording.End.Wrong));
        Assert.NotNull(TraceDigest.Read(recording.Path).Report.Cpu);
        await NoSessionIsLeft(program);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task And_at_its_bounds(bool bytes)
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "50");
        CaptureOptions options = Recording.Options(600, "cpu");
        using Recording recording = await Recording.Of(program, bytes ? options with { MostBytes = 200_000 } : options with { MostEvents = 5000 });
        Assert.Equal((bytes ? CaptureReason.Bytes : CaptureReason.Events, null), (recording.End.Reason, recording.End.Wrong));
        TraceReport report = TraceDigest.Read(recording.Path).Report;
        Assert.Contains(report.Cpu!.Hot, static hot => hot.Method == "Troubles.Burn.Seventy()"); // Names come on top of the bounds.
        await NoSessionIsLeft(program);
    }

    [Fact]
    public async Task A_program_that_ends_meanwhile_leaves_what_it_told()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "5");
        using Recording recording = await Recording.Of(program, Recording.Options(600, "cpu"), async capture =>
        {
            await Eventually.True("samples", () => capture.Events > 500);
            await program.End();
        });
        Assert.Equal((CaptureReason.Target, null), (recording.End.Reason, recording.End.Wrong));
        CpuSection cpu = TraceDigest.Read(recording.Path).Report.Cpu!;
        Assert.InRange(cpu.Samples + cpu.WaitingSamples, 100, long.MaxValue);
    }

    [Fact]
    public async Task So_does_one_that_is_killed()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "5");
        using Recording recording = await Recording.Of(program, Recording.Options(600, "cpu"), async capture =>
        {
            await Eventually.True("samples", () => capture.Events > 500);
            program.Signal("KILL");
        });
        Assert.Equal(CaptureReason.Target, recording.End.Reason);
        Assert.NotNull(recording.End.Wrong);
        TraceReport report = TraceDigest.Read(recording.Path).Report;
        Assert.NotNull(report.Trace.Incomplete);
        Assert.InRange(report.Trace.Events, 100, long.MaxValue);
        // Names come at the end, and without them nobody can tell who waits: nothing is said of CPU time.
        Assert.Null(report.Cpu);
        Assert.Equal("no_method_names", Assert.Single(report.Findings).Kind);
    }

    [Fact]
    public async Task One_that_is_stopped_holds_nobody_up()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "5");
        long began = TimeProvider.System.GetTimestamp();
        using Recording recording = await Recording.Of(program, Recording.Options(1, "cpu"), async capture =>
        {
            await Eventually.True("samples", () => capture.Events > 100);
            await program.Stop();
        });
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Assert.NotNull(recording.End.Wrong);
        program.Signal("CONT");
        await NoSessionIsLeft(program);
    }

    [Fact]
    public async Task A_full_disk_ends_it_and_holds_nobody_up()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "5");
        using Recording recording = await Recording.Of(program, Recording.Options(600, "cpu"), through: static file => new FullDisk(file, 100_000));
        Assert.Equal((CaptureReason.Unwritable, "No space left on device"), (recording.End.Reason, recording.End.Wrong));
        Assert.Equal(recording.End.Bytes, new FileInfo(recording.Path).Length);
        Assert.InRange(recording.End.Bytes, 1, 100_000);
        Assert.NotNull(TraceDigest.Read(recording.Path).Report.Trace.Incomplete);
        await NoSessionIsLeft(program);
    }

    private static async Task NoSessionIsLeft(TroublesTarget program)
    {
        (Procfs.ProcessDirectory directory, _, _) = ShopTarget.Look(program.Pid);
        using (directory) await Eventually.True("no session is left", () => EventSessions.Count(directory) == 0);
    }

    private sealed class FullDisk(Stream inner, long room) : Stream
    {
        private long _room = room;

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
            if ((_room -= buffer.Length) < 0) throw new IOException("No space left on device");
            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

using ProcessArsenal.Telemetry.Tracing;
using ProcessArsenal.Telemetry.Tracing.Native;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Native;

/// <summary>Programs of which it is known where their time goes.</summary>
public sealed class NativeCaptureTests
{
    [Fact]
    public async Task A_program_in_C_is_told_apart_by_function()
    {
        await using NativeTarget program = await NativeTarget.Start("seventy");
        NativeRecording recording = await NativeRecording.Of(program, 60, meanwhile: Enough);
        Assert.Equal((CaptureReason.Asked, 0), (recording.End.Reason, recording.End.Lost));
        AreShares(recording.Self("seventy [seventy]"), recording.Self("twenty [seventy]"), recording.Self("ten [seventy]"), recording.Shown);
        Assert.True(recording.All("work [seventy]") > 0.95, recording.Shown);
        Assert.True(recording.All("main [seventy]") > 0.95, recording.Shown); // From the C library's start down to it, though nothing of it has frame pointers.
        Assert.Contains(recording.Profile.Stacks, stack => recording.Profile.Methods[stack.Frames[0]].StartsWith("_start [", StringComparison.Ordinal));
    }

    [Fact]
    public async Task So_is_one_in_Rust()
    {
        await using NativeTarget program = await NativeTarget.Start("seventy-rust");
        NativeRecording recording = await NativeRecording.Of(program, 60, meanwhile: Enough);
        AreShares(recording.All("seventy::burn::seventy [seventy-rust]"), recording.All("seventy::burn::twenty [seventy-rust]"), recording.All("seventy::burn::ten [seventy-rust]"), recording.Shown);
        Assert.True(recording.Self("<seventy::burn::Part<_> as seventy::burn::Share>::burn [seventy-rust]") > 0.9, recording.Shown);
        Assert.True(recording.All("seventy::main [seventy-rust]") > 0.9, recording.Shown);
    }

    [Fact]
    public async Task One_that_is_in_step_with_the_sampler_is_no_exception()
    {
        await using NativeTarget program = await NativeTarget.Start("instep");
        NativeRecording recording = await NativeRecording.Of(program, 60, meanwhile: Enough);
        AreShares(recording.All("seventy [instep]"), recording.All("twenty [instep]"), recording.All("ten [instep]"), recording.Shown, within: 0.1); // Without varied intervals it is all in one.
    }

    [Fact]
    public async Task Code_made_at_run_time_is_called_as_its_perf_map_says()
    {
        await using NativeTarget program = await NativeTarget.Start("jit");
        NativeRecording recording = await NativeRecording.Of(program, 60, meanwhile: Enough);
        Assert.InRange(recording.Self("made_three_quarters [made at run time]"), 0.7, 0.8);
        Assert.InRange(recording.Self("made_a_quarter with a blank [made at run time]"), 0.2, 0.3);
        Assert.True(recording.All("main [jit]") > 0.95, recording.Shown);
    }

    [Fact]
    public async Task The_methods_of_a_Net_program_are_called_by_their_names()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "5");
        NativeRecording recording = await NativeRecording.Of(program, 60, meanwhile: Enough);
        double all = recording.All("System.Threading.Thread.StartCallback()"); // The rest is what the runtime does itself: it compiles, and tells what it has.
        Assert.True(all > 0.8, recording.Shown);
        AreShares(recording.Self("Troubles.Burn.Seventy()") / all, recording.Self("Troubles.Burn.Twenty()") / all, recording.Self("Troubles.Burn.Ten()") / all, recording.Shown);
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task A_stack_goes_from_Main_through_the_runtime_into_a_library_in_C(string framework)
    {
        await using TroublesTarget program = await TroublesTarget.StartOn(framework, "compress");
        NativeRecording recording = await NativeRecording.Of(program, 60, meanwhile: Enough);
        long whole = 0, deflated = 0;
        foreach (NativeStack stack in recording.Profile.Stacks)
        {
            string[] names = [.. stack.Frames.Select(frame => recording.Profile.Methods[frame])];
            int managed = Array.FindIndex(names, static name => name.StartsWith("Troubles.Compression.Work(", StringComparison.Ordinal));
            int native = Array.FindLastIndex(names, static name => name.Contains("deflate", StringComparison.OrdinalIgnoreCase) && name.EndsWith(']'));
            if (native >= 0) deflated += stack.Count;
            if (managed >= 0 && native > managed && names[0].Contains("[libc.so.6]", StringComparison.Ordinal)) whole += stack.Count; // From where the thread began.
        }
        Assert.True(deflated > 0.3 * recording.Profile.Samples, recording.Shown);
        Assert.True(whole > 0.9 * deflated, $"{whole} of {deflated} are whole\n{recording.Shown}");
    }

    [Fact]
    public async Task Waits_are_told_apart_by_function()
    {
        await using NativeTarget program = await NativeTarget.Start("nap");
        NativeRecording recording = await NativeRecording.Of(program, 3, ofWaits: true);
        Assert.InRange(recording.All("long_nap [nap]"), 0.7, 0.8);
        Assert.InRange(recording.All("short_nap [nap]"), 0.2, 0.3);
        Assert.InRange(recording.Report.OffCpu!.Seconds, 2.5, 3.1);
    }

    [Fact]
    public async Task A_program_that_ends_meanwhile_leaves_what_was_found()
    {
        await using NativeTarget program = await NativeTarget.Start("seventy");
        NativeRecording recording = await NativeRecording.Of(program, 60, meanwhile: async capture =>
        {
            await Eventually.True("samples", () => capture.Events > 500);
            await program.End();
        });
        Assert.Equal(CaptureReason.Target, recording.End.Reason);
        AreShares(recording.Self("seventy [seventy]"), recording.Self("twenty [seventy]"), recording.Self("ten [seventy]"), recording.Shown);
    }

    [Fact]
    public async Task It_ends_when_its_time_is_over()
    {
        await using NativeTarget program = await NativeTarget.Start("seventy");
        NativeRecording recording = await NativeRecording.Of(program, 1);
        Assert.Equal(CaptureReason.Duration, recording.End.Reason);
        Assert.InRange(recording.Report.Trace.Duration, 0.99, 5);
    }

    [Fact]
    public async Task And_when_somebody_asks()
    {
        await using NativeTarget program = await NativeTarget.Start("seventy");
        NativeRecording recording = await NativeRecording.Of(program, 60, meanwhile: async capture =>
        {
            await Eventually.True("samples", () => capture.Events > 100);
            capture.Stop();
        });
        Assert.Equal(CaptureReason.Asked, recording.End.Reason);
        Assert.Equal(recording.End.Events, recording.Profile.Samples);
    }

    /// <summary>However little of a busy machine the program gets: samples enough to tell five points.</summary>
    private static async Task Enough(NativeCapture capture)
    {
        await Eventually.True("samples", () => capture.Events > 1500);
        capture.Stop();
    }

    private static void AreShares(double seventy, double twenty, double ten, string shown, double within = 0.05) =>
        Assert.True(Math.Abs(seventy - 0.7) < within && Math.Abs(twenty - 0.2) < within && Math.Abs(ten - 0.1) < within, shown);
}

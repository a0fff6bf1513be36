using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Tracing.Native;
using ProcessArsenal.Telemetry.Tracing.Native.Symbols;
using ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Native;

/// <summary>The pure parts.</summary>
public sealed class NativePartsTests
{
    [Theory]
    [InlineData("main", "main")]
    [InlineData("_ZN7seventy4burn7seventy17h07c00cb2bedfdbf6E", "seventy::burn::seventy")]
    [InlineData("_ZN69_$LT$seventy..burn..Part$LT$_$GT$$u20$as$u20$seventy..burn..Share$GT$4burn17h07c178adbf02f627E", "<seventy::burn::Part<_> as seventy::burn::Share>::burn")]
    [InlineData("_RNvNtCsjrHSEGnQ3l9_3std2rt19lang_start_internal", "std::rt::lang_start_internal")]
    [InlineData("_RNvMNtCs1_7mycrate3fooNtB2_3Bar3baz", "<mycrate::foo::Bar>::baz")]
    [InlineData("_RNvXCs1_7mycrateNtB2_3FooNtB2_5Trait3run", "<mycrate::Foo as mycrate::Trait>::run")]
    [InlineData("_RINvNtC3std3mem8align_ofdE", "std::mem::align_of::<f64>")]
    [InlineData("_RINvC1a1bRShQNtC1c1dAhj4_TmlEE", "a::b::<&[u8], &mut c::d, [u8; 4], (u32, i32)>")]
    [InlineData("_RNCNvC1a1b0", "a::b::{closure#0}")]
    [InlineData("_R", "_R")]
    [InlineData("_RNvC", "_RNvC")]
    public void Names_are_as_they_were_written(string name, string written) => Assert.Equal(written, Demangled.Of(name));

    [Fact]
    public void Beyond_what_was_copied_the_kernels_chain_goes_on()
    {
        ulong[] frames = [100, 199, 299, 0, 0, 0];
        Assert.Equal(5, WholeChain.Append(frames, 3, 300, [100, 200, 300, 400, 500]));
        Assert.Equal([100UL, 199, 299, 399, 499, 0], frames);
        Assert.Equal(3, WholeChain.Append(frames, 3, 333, [100, 200, 300, 400])); // They do not meet: what is certain is kept.
        Assert.Equal(2, WholeChain.Append(frames, 0, 0, [100, 200]));
        Assert.Equal([100UL, 199], frames[..2]);
    }

    [Theory]
    [InlineData(13, 2, false, false, "CAP_PERFMON (in a unit: AmbientCapabilities=CAP_PERFMON), or kernel.perf_event_paranoid of 0 or less (sysctl); kernel.perf_event_paranoid is 2")]
    [InlineData(13, 4, true, false, "kernel.perf_event_paranoid of 2 or less (sysctl); kernel.perf_event_paranoid is 4")]
    [InlineData(13, 2, true, true, "kernel.perf_event_paranoid of 1 or less (sysctl); kernel.perf_event_paranoid is 2")]
    [InlineData(1, -1, true, false, "a seccomp filter")]
    [InlineData(38, null, true, false, "CONFIG_PERF_EVENTS")]
    [InlineData(3, 2, true, false, "it has ended")]
    [InlineData(24, 2, true, false, "too many threads")]
    public void A_refusal_says_what_it_would_take(int error, int? paranoid, bool isOwn, bool ofWaits, string part) =>
        Assert.Contains(part, PerfRefusal.Of(error, paranoid, isOwn, ofWaits), StringComparison.Ordinal);

    [Fact]
    public void A_mapping_replaces_what_was_there()
    {
        using ProcFs proc = ProcFs.Open();
        Assert.Equal(ReadOutcome.Ok, proc.OpenSelf(out ProcessDirectory? self));
        using (self)
        using (var files = new MappedFiles(self!))
        {
            files.Add(new MemoryMapping(0x1000, 0x9000, 0, 1, "/a"u8));
            files.Add(new MemoryMapping(0x3000, 0x4000, 0x100, 2, "/b"u8));
            files.Add(new MemoryMapping(0x8000, 0xa000, 0, 0, "//anon"u8));
            Assert.Equal(["-", "/a", "/a", "/b", "/a", "", "", "-"], ((ulong[])[0xfff, 0x1000, 0x2fff, 0x3000, 0x4000, 0x8000, 0x9fff, 0xa000]).Select(address =>
            {
                ushort place = files.PlaceAt(address, out bool isMapped);
                return isMapped ? files[place]?.File.Path ?? "" : "-";
            }));
            Assert.Equal(0x3000UL - 0x100, files[files.PlaceAt(0x3000, out _)]!.Bias);
            files.Clear();
            _ = files.PlaceAt(0x1000, out bool isLeft);
            Assert.False(isLeft);
        }
    }

    [Fact]
    public void A_wait_lasts_from_when_a_thread_leaves_to_when_it_is_back()
    {
        var ledger = new OffCpuLedger();
        var stacks = new StackTable();
        ledger.Return(1, 4_000_000); // Nobody knows when it left.
        ledger.Leave(1, 5_000_000, [1, 2]);
        ledger.Return(1, 9_000_000); // One processor tells these two first,
        ledger.Leave(2, 5_000_000, [3]);
        ledger.Return(1, 7_000_000); // and another what was in between.
        ledger.Leave(1, 8_000_000, [4]);
        Assert.Equal(1, ledger.Settle(8_000_000, stacks));
        Assert.Equal(1, ledger.Settle(20_000_000, stacks));
        Assert.Equal(2, stacks.Count);
        Assert.Equal([1UL, 2], stacks.Read(0, out int thread, out long microseconds).ToArray());
        Assert.Equal((1, 2000), (thread, microseconds));
        Assert.Equal([4UL], stacks.Read(1, out _, out microseconds).ToArray());
        Assert.Equal(1000, microseconds);
    }

    [Fact]
    public void On_a_large_machine_less_is_asked_for()
    {
        PerfSampling small = new NativeOptions().ToSampling(2), large = new NativeOptions().ToSampling(128);
        Assert.InRange(1 / small.Interval.TotalSeconds, 295, 300);
        Assert.InRange(1 / large.Interval.TotalSeconds, 240, 260);
        Assert.True(large.RingBytes * 128L <= 64 << 20);
    }
}

using CsCheck;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

public sealed class FinalSampleTests
{
    /// <summary>cputime_adjust: the exact total in proportion to what the timer interrupt saw.</summary>
    [Theory]
    [InlineData(30_000_000, 12_000, 16_000, 12.0 / 28 * 3, 16.0 / 28 * 3)]
    [InlineData(30_000_000, 0, 0, 3, 0)]
    [InlineData(30_000_000, 0, 4_000, 0, 3)]
    [InlineData(30_000_000, 4_000, 0, 3, 0)]
    public void The_exact_total_is_split_as_the_kernel_does(ulong nanoseconds, ulong user, ulong system, double userTicks, double systemTicks)
    {
        var usage = new TaskUsage { CpuNanoseconds = nanoseconds, UserMicroseconds = user, SystemMicroseconds = system };
        double tick = SystemConstants.ClockTicksPerSecond / 100.0;
        Assert.Equal(userTicks * tick, usage.UserTicks, 9);
        Assert.Equal(systemTicks * tick, usage.SystemTicks, 9);
    }

    /// <summary>Whatever was sampled and recorded: nothing falls, and what is added in all is what was used since the sample.</summary>
    [Fact]
    public void Nothing_falls_and_the_total_is_the_greater_one() =>
        Gen.Select(Gen.ULong[0, 1000], Gen.ULong[0, 1000], Gen.ULong[0, 20_000_000_000], Gen.ULong[0, 9_000_000], Gen.ULong[0, 9_000_000])
            .Sample((user, system, nanoseconds, sampledUser, sampledSystem) =>
            {
                var last = new ProcessSample { Stat = new ProcStat { UserTicks = user, SystemTicks = system } };
                var usage = new TaskUsage { CpuNanoseconds = nanoseconds, UserMicroseconds = sampledUser, SystemMicroseconds = sampledSystem };
                CpuTicks final = FinalSample.Of(last, usage).FinalCpu!.Value;
                double expected = Math.Max(user + system, usage.UserTicks + usage.SystemTicks);
                return final.User >= user && final.System >= system && Math.Abs(final.User + final.System - expected) < 1e-6;
            });

    [Fact]
    public void What_records_lack_stays_as_it_was_sampled()
    {
        var last = new ProcessSample
        {
            Stat = new ProcStat { MinorFaults = 100, MajorFaults = 1 },
            Io = new ProcIo { ReadBytes = 5000, WriteBytes = 10 },
            Accounting = new TaskAccounting { VoluntarySwitches = 50, HasDelays = true },
        };
        var usage = new TaskUsage { MinorFaults = 40, MajorFaults = 3, ReadBytes = 4096, WriteBytes = 8192 };
        ProcessSample final = FinalSample.Of(last, usage);
        Assert.Equal((100UL, 3UL), (final.Stat.MinorFaults, final.Stat.MajorFaults));
        Assert.Equal((5000UL, 8192UL), (final.Io!.Value.ReadBytes, final.Io.Value.WriteBytes));
        Assert.Equal((50UL, true), (final.Accounting!.Value.VoluntarySwitches, final.Accounting.Value.HasDelays));
    }
}

using System.Globalization;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

[Collection(Alone.Name)]
public sealed class SamplerScaleTests
{
    private const int Few = 2_000;
    private const int Many = 20_000;
    private const int Real = 300;

    /// <summary>The best of several measurements, taken in turn, and no more of them than it takes: a busy machine slows single ones, what is
    /// not linear slows all. Figures are the business of <c>make bench-linear</c>.</summary>
    [Fact]
    public void A_tick_costs_the_same_per_process_for_ten_times_the_processes()
    {
        using SamplerBench few = BenchOf(Few);
        using SamplerBench many = BenchOf(Many);
        double perFew = double.MaxValue, perMany = double.MaxValue;
        for (int attempt = 0; attempt < 8; attempt++)
        {
            for (int i = 0; i < 5; i++) perFew = Math.Min(perFew, MicrosecondsPerProcess(few, Few));
            perMany = Math.Min(perMany, MicrosecondsPerProcess(many, Many));
            if (attempt >= 1 && perMany <= 2 * perFew) return;
        }
        Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{perFew:F1} us per process of {Few}, {perMany:F1} of {Many}"));
    }

    /// <summary>Without descriptors to keep: a limit between the two numbers would make the ways different, and so the costs. All processes
    /// but some are links to the folders of these, since the test would spend its time on making files otherwise.</summary>
    private static SamplerBench BenchOf(int processes)
    {
        var bench = new SamplerBench(descriptorLimit: 0);
        for (int pid = 1; pid <= Real; pid++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"service-{pid}");
            bench.Proc.Process(pid, p => (p.Name, p.Executable) = (name, "/usr/bin/" + name));
        }
        for (int pid = Real + 1; pid <= processes; pid++)
            Directory.CreateSymbolicLink(Path.Combine(bench.Proc.Root, $"{pid}"), $"{pid % Real + 1}");
        bench.Tick();
        return bench;
    }

    private static double MicrosecondsPerProcess(SamplerBench bench, int processes)
    {
        bench.LetPass(seconds: 5);
        ulong began = KernelClock.ThreadCpuNanoseconds(); // Not by the clock on the wall: a long tick meets more of what else the machine does.
        bench.Sampler.Tick();
        return (KernelClock.ThreadCpuNanoseconds() - began) / 1000.0 / processes;
    }
}

using BenchmarkDotNet.Attributes;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Benchmarks;

/// <summary>A whole tick over the processes of this machine; the baseline only lists and reads stat through File.*, as a simple exporter would.
/// Divide by the number of processes (printed by GlobalSetup).</summary>
[MemoryDiagnoser]
public class SamplerBenchmarks
{
    private ProcFs _proc = null!;
    private Sampler _sampler = null!;

    [GlobalSetup]
    public void Setup()
    {
        _proc = ProcFs.Open();
        var store = new SnapshotStore();
        _sampler = new Sampler(_proc, store, new SamplingOptions(), TimeProvider.System);
        _sampler.Tick();
        using SnapshotLease lease = store.Acquire();
        Console.WriteLine($"// {lease.Snapshot!.ProcessCount} processes");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _sampler.Dispose();
        _proc.Dispose();
    }

    [Benchmark(Baseline = true)]
    public int FileReadAllBytesOfStatAlone()
    {
        int bytes = 0;
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(directory["/proc/".Length])) continue;
            try
            {
                bytes += File.ReadAllBytes(directory + "/stat").Length;
            }
            catch (IOException)
            {
                // It has ended.
            }
        }
        return bytes;
    }

    [Benchmark]
    public void Tick() => _sampler.Tick();
}

using BenchmarkDotNet.Attributes;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Benchmarks;

/// <summary>/proc/PID/stat of our own process. The baseline is what one writes first.</summary>
[MemoryDiagnoser]
public class ProcStatBenchmarks
{
    private readonly byte[] _buffer = new byte[4096];
    private readonly byte[] _text = File.ReadAllBytes("/proc/self/stat");
    private ProcFs _proc = null!;
    private ProcessDirectory _self = null!;

    [GlobalSetup]
    public void Open()
    {
        _proc = ProcFs.Open();
        if (_proc.OpenProcess(Environment.ProcessId, out ProcessDirectory? self) != ReadOutcome.Ok) throw new IOException("/proc/self");
        _self = self!;
    }

    [GlobalCleanup]
    public void Close()
    {
        _self.Dispose();
        _proc.Dispose();
    }

    [Benchmark(Baseline = true)]
    public int FileReadAllBytes() => File.ReadAllBytes("/proc/self/stat").Length;

    [Benchmark]
    public ulong Parse() => ProcStat.TryParse(_text, out ProcStat stat, out _) ? stat.UserTicks : 0;

    [Benchmark]
    public ulong ReadAndParse() => _self.ReadStat(_buffer, out ProcStat stat, out _) == ReadOutcome.Ok ? stat.UserTicks : 0;

    /// <summary>A process seen for the first time: its directory is opened and closed as well.</summary>
    [Benchmark]
    public ulong OpenReadAndParse()
    {
        if (_proc.OpenProcess(Environment.ProcessId, out ProcessDirectory? self) != ReadOutcome.Ok) return 0;
        using (self) return self!.ReadStat(_buffer, out ProcStat stat, out _) == ReadOutcome.Ok ? stat.UserTicks : 0;
    }
}

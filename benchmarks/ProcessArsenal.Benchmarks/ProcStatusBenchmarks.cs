using BenchmarkDotNet.Attributes;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Benchmarks;

/// <summary>/proc/PID/status of our own process. The baseline is what one writes first.</summary>
[MemoryDiagnoser]
public class ProcStatusBenchmarks
{
    private readonly byte[] _buffer = new byte[4096];
    private readonly byte[] _text = File.ReadAllBytes("/proc/self/status");
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
    public int FileReadAllBytes() => File.ReadAllBytes("/proc/self/status").Length;

    [Benchmark]
    public ulong Parse() => ProcStatus.TryParse(_text, out ProcStatus status) ? status.AnonymousBytes : 0;

    [Benchmark]
    public ulong ReadAndParse() => _self.ReadStatus(_buffer, out ProcStatus status) == ReadOutcome.Ok ? status.AnonymousBytes : 0;
}

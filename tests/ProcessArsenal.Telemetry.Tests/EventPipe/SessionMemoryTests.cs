using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>What of a target's memory is asked for.</summary>
public sealed class SessionMemoryTests
{
    [Theory]
    [InlineData(100_000_000, 16)]
    [InlineData(400_000, 12)] // 390 MiB
    [InlineData(1_000, 1)]
    public void It_is_a_small_part_of_what_is_left(int availableKilobytes, int megabytes)
    {
        using var fixture = new FixtureProc();
        File.WriteAllText(Path.Join(fixture.Root, "meminfo"), $"MemTotal: 200000000 kB\nMemFree: 1 kB\nMemAvailable: {availableKilobytes} kB\n");
        using ProcFs proc = ProcFs.Open(fixture.Root);
        using ProcFs live = ProcFs.Open();
        Assert.Equal(ReadOutcome.Ok, live.OpenProcess(Environment.ProcessId, out ProcessDirectory? directory));
        using (directory) Assert.Equal(megabytes, new SessionMemory(proc).MegabytesOf(directory!, 16));
    }
}

using ProcessArsenal.Telemetry.Tracing.Events;
using ProcessArsenal.Telemetry.Tracing.Profiles;
using ProcessArsenal.Telemetry.Tracing.Reports;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Reports;

/// <summary>Programs whose trouble is known: the report names it.</summary>
public sealed class KnownTroubleTests
{
    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task Where_CPU_time_goes_is_told_though_a_hundred_threads_wait(string framework)
    {
        await using TroublesTarget program = await TroublesTarget.StartOn(framework, "burn", "100");
        using Recording recording = await Recording.Of(program, Recording.Options(3, "cpu"));
        TraceReport report = TraceDigest.Read(recording.Path, method: NamePattern.Parse("Burn.Seventy")).Report;
        CpuSection cpu = report.Cpu!;
        string seen = string.Join("; ", cpu.Hot.Take(6).Select(static hot => $"{hot.Method} {hot.ExclusivePart:P1}"));
        foreach ((string method, double part) in ((string, double)[])[("Seventy", 0.7), ("Twenty", 0.2), ("Ten", 0.1)])
        {
            HotMethod? hot = cpu.Hot.FirstOrDefault(hot => hot.Method == $"Troubles.Burn.{method}()");
            Assert.True(hot is not null && Math.Abs(hot.ExclusivePart - part) < 0.05, $"{method}: {seen}");
        }
        Assert.InRange(cpu.Hot.First(static hot => hot.Method == "Troubles.Burn.Work()").InclusivePart, 0.95, 1);
        // Of the methods that are asked about: their time, and who called them.
        CallsSection calls = report.Calls!;
        Assert.Equal(("Troubles.Burn.Seventy()", "Troubles.Burn.Work()", "Troubles.Burn.Seventy()"), (Assert.Single(calls.Methods).Method, Assert.Single(calls.Callers).Method, Assert.Single(calls.Callees).Method));
        Assert.InRange(calls.Part, 0.65, 0.75);
        Assert.InRange(calls.Callers[0].Part, 0.999, 1.001);
        Assert.True(cpu.WaitingSamples > 50 * cpu.Samples, $"{cpu.WaitingSamples} waited, {cpu.Samples} ran");
    }

    [Theory]
    [InlineData("gc", "gc_pauses", "gc")]
    [InlineData("exceptions", "exceptions", "exceptions")]
    [InlineData("convoy", "lock_convoy", "threads")]
    [InlineData("starve", "starved_thread_pool", "threads")]
    public async Task The_first_finding_names_the_trouble(string trouble, string kind, string preset)
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", trouble);
        // With the samples of another preset beside it, which must not distract.
        using Recording recording = await Recording.Of(program, Recording.Options(3, preset, "cpu"));
        TraceReport report = TraceDigest.Read(recording.Path).Report;
        Assert.True(report.Findings.Count > 0 && report.Findings[0].Kind == kind, string.Join("; ", report.Findings.Select(static finding => $"{finding.Kind}: {finding.What}")));
        string where = trouble switch { "exceptions" => "Troubles.Failures.ParseNothing()", "convoy" => "Troubles.Convoy.Queue()", _ => "" };
        Assert.Contains(where, report.Findings[0].What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    public async Task So_it_does_on_older_runtimes(string framework)
    {
        await using TroublesTarget program = await TroublesTarget.StartOn(framework, "exceptions");
        using Recording recording = await Recording.Of(program, Recording.Options(2, "exceptions"));
        TraceReport report = TraceDigest.Read(recording.Path, method: NamePattern.Parse("ParseNothing")).Report;
        Assert.Equal("exceptions", report.Findings[0].Kind);
        ThrownType most = report.Exceptions!.Types[0];
        Assert.Equal(("System.FormatException", "Troubles.Failures.ParseNothing()", "no number"), (most.Type, most.Thrower, most.Message));
        Assert.InRange((double)most.Count / report.Exceptions.Thrown, 0.89, 0.91);
        Assert.Equal([new Counted(most.Type, most.Count)], report.Calls!.Exceptions);
    }
}

using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Tests.Expressions;

/// <summary>Rows to evaluate on, and short cuts to do so.</summary>
internal static class Rows
{
    private const uint KernelThread = 0x00200000;

    /// <summary>Everything is known.</summary>
    public static ProcessRow Full(byte state = (byte)'S', int threads = 4, bool kernel = false, bool hasMemory = true) => new()
    {
        Sample = new ProcessSample
        {
            Identity = new ProcessIdentity(42, 7, 1),
            Stat = new ProcStat
            {
                Pid = 42,
                ParentPid = 1,
                State = state,
                Threads = threads,
                Flags = kernel ? KernelThread : 0,
                VirtualBytes = 1 << 30,
                UserTicks = 150,
                SystemTicks = 50,
            },
            Statm = new ProcStatm { SizePages = (1UL << 30) / (ulong)SystemConstants.PageSize, ResidentPages = 100 },
            Status = new ProcStatus { HasMemory = hasMemory, AnonymousBytes = 4096, SwapBytes = 8192 },
            Descriptors = 512,
        },
        Rates = new ProcessRates { Cpu = 0.8, DiskRead = 1000, DiskWrite = 2000, MajorFaults = 3, RunQueueWait = 0.5 },
        Runtime = new RuntimeFacts { ThreadPoolQueue = 7, ThreadPoolThreads = 8, GcHeap = 64 << 20, GcPauseRatio = 0.05, Exceptions = 1.5, Requests = 200 },
        Description = new ProcessDescription
        {
            Name = "nginx",
            Executable = "/usr/sbin/nginx",
            Arguments = ["nginx", "-g", "daemon off;"],
            CommandLine = "nginx -g daemon off;",
            User = "www",
            Unit = "nginx.service",
            Container = new string('a', 64),
            DescriptorLimit = 1024,
        },
        Group = "web",
        Uptime = TimeSpan.FromHours(2),
    };

    /// <summary>What can be missing is.</summary>
    public static ProcessRow Bare() => new()
    {
        Sample = new ProcessSample { Identity = new ProcessIdentity(43, 8, 1), Stat = new ProcStat { State = (byte)'?', Threads = 1 } },
        Description = new ProcessDescription { Name = "sh" },
    };

    public static Expression Parse(string text)
    {
        Assert.True(Expression.TryParse(text, out Expression? expression, out ExpressionError? error), $"{text}: {error}");
        return expression;
    }

    public static Truth Evaluate(string text, in ProcessRow row) => Parse(text).Evaluate(in row);
}

using System.Diagnostics;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Control.Tests.Pipeline;

namespace ProcessArsenal.Control.Tests.Dumps;

/// <summary>A pipeline with a store of its own, and targets of all sorts.</summary>
internal sealed class DumpBench : IAsyncDisposable
{
    public const string Prefix = "process-arsenal-dump-";

    public DumpBench(string? root = null)
    {
        Store = new ArtifactStore(root ?? Path.Join(Place.State, "artifacts"), () => Limits, TimeProvider.System);
        Dumps = new MemoryDumps(Store, Place.Proc, TimeProvider.System);
    }

    public ControlPlace Place { get; } = new();

    public ArtifactStore Store { get; }

    public MemoryDumps Dumps { get; }

    public ArtifactLimits Limits { get; set; } = new();

    public static bool IsRoot => Environment.UserName == "root" || File.ReadAllText("/proc/self/status").Contains("\nUid:\t0\t0", StringComparison.Ordinal);

    public static bool HasGdb => File.Exists("/usr/bin/gdb");

    /// <summary>A .NET program that is ready.</summary>
    /// <param name="framework">net8.0 or net9.0 with a runtime of its own, as <c>make targets</c> publishes it; or net10.0.</param>
    /// <param name="prefix">What runs it, and becomes it by exec.</param>
    public Victim Dotnet(string framework = "net10.0", params string[] prefix)
    {
        string[] line = ["dotnet", Path.Join(ProcessArsenal.Tests.Golden.Root(), "tests/targets/Troubles/bin/Release/net10.0/Troubles.dll")];
        if (framework != "net10.0")
        {
            string program = Path.Join(ProcessArsenal.Tests.Golden.Root(), "artifacts/targets/Troubles", framework, "Troubles");
            Assert.SkipUnless(File.Exists(program), $"{program} is missing: make targets publishes it.");
            line = [program];
        }
        line = [.. prefix, .. line, "burn", "1"];
        Victim victim = Place.Start(line[0], line[1..]);
        Assert.Equal("ready", victim.Line());
        return victim;
    }

    /// <summary>The same with a /tmp of its own, in a mount namespace of its own.</summary>
    /// <param name="then">What a shell does there before it becomes the program.</param>
    public Victim Apart(string then)
    {
        Assert.SkipUnless(IsRoot, "A mount namespace takes root.");
        return Dotnet("net10.0", "unshare", "--mount", "--", "sh", "-c", $"{then} && exec \"$@\"", "sh");
    }

    /// <summary>Has it dumped by the pipeline.</summary>
    public Task<TargetResult> Dump(Victim victim, string type, TimeSpan? maxFreeze = null) => Place.Do(new DumpAction(Dumps, Order(type, maxFreeze)), victim);

    /// <summary>The same without guards.</summary>
    /// <param name="expected">Bytes.</param>
    public async Task<ActionEnd> Force(Victim victim, string type, TimeSpan? maxFreeze = null, long expected = 200 << 20)
    {
        using HeldProcess held = HeldProcess.Open(Place.Proc, victim.Identity, out _)!;
        var burden = new Burden { What = type, Bytes = expected, FreeHere = 0, MostHere = 0, Memory = 0, MemoryLeft = 0, Freeze = TimeSpan.Zero, MaxFreeze = TimeSpan.Zero, Rate = 1 };
        var context = new ActionContext(held, new Target(victim.Identity, "victim", null), Place.Proc, TimeProvider.System) { Id = 1000 + Interlocked.Increment(ref _number), Reach = new Reach { Burden = burden } };
        return await Dumps.RunAsync(context, Order(type, maxFreeze), CancellationToken.None);
    }

    /// <summary>Waits until somebody traces it.</summary>
    public static void UntilItStands(Victim victim)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (File.ReadAllText($"/proc/{victim.Identity.Pid}/status").Contains("TracerPid:\t0\n", StringComparison.Ordinal)) Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(20));
    }

    /// <summary>What is left in the /tmp of a process.</summary>
    public static string[] Left(Victim? victim = null) => Directory.GetFileSystemEntries(victim is null ? "/tmp" : $"/proc/{victim.Identity.Pid}/root/tmp", Prefix + "*");

    /// <summary>It does what it did.</summary>
    public static async Task GoesOn(Victim victim)
    {
        Assert.True(victim.IsAlive);
        double before = Cpu(victim);
        await ProcessArsenal.Tests.Eventually.True("it works on", () => Cpu(victim) > before);
    }

    /// <summary>Runs a tool, as root.</summary>
    public static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }

    public async ValueTask DisposeAsync()
    {
        await Dumps.DisposeAsync();
        Place.Dispose();
    }

    private int _number;

    private static DumpOrder Order(string type, TimeSpan? maxFreeze) => new(type) { MaxFreeze = maxFreeze ?? DumpOrder.UsualMaxFreeze };

    private static double Cpu(Victim victim)
    {
        string[] stat = File.ReadAllText($"/proc/{victim.Identity.Pid}/stat").Split(") ")[1].Split(' ');
        return double.Parse(stat[11], System.Globalization.CultureInfo.InvariantCulture) + double.Parse(stat[12], System.Globalization.CultureInfo.InvariantCulture);
    }
}

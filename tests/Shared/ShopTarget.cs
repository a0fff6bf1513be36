using System.Diagnostics;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Tests;

/// <summary>A run of tests/targets/Shop.</summary>
internal sealed class ShopTarget : TargetProgram
{
    private const string Name = "Shop";

    private ShopTarget(string[] line, IReadOnlyDictionary<string, string>? environment = null)
        : base(line, environment)
    {
    }

    /// <summary>Starts it on the runtime of this test and waits until it is ready.</summary>
    /// <param name="prefix">A command that starts it, and its arguments; the program is then its only child.</param>
    public static Task<ShopTarget> Start(IReadOnlyDictionary<string, string>? environment = null, params string[] prefix) =>
        Ready(new ShopTarget([.. prefix, .. Command(Name)], environment), isChild: prefix.Length > 0);

    /// <summary>Starts it, and does not wait until it is ready. It ends with its input.</summary>
    public static Process Launch() => Launch(Command(Name), null);

    /// <summary>Starts it on a runtime.</summary>
    /// <param name="framework">net8.0, net9.0 or net10.0.</param>
    public static Task<ShopTarget> StartOn(string framework, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments) =>
        Ready(new ShopTarget([.. Command(Name, framework), .. arguments], environment));

    /// <summary>Starts one that ends by itself.</summary>
    public static Task<ShopTarget> StartFor(TimeSpan time, string framework) =>
        Ready(new ShopTarget([.. Command(Name, framework), "--for", $"{time.TotalMilliseconds:F0}"]));

    /// <summary>What it knows of itself.</summary>
    public Task<ShopReport> Report() => Ask<ShopReport>("report");

    /// <summary>Its /proc files.</summary>
    public (ProcessDirectory Directory, ProcStat Stat, ProcStatus Status) Look() => Look(Pid);

    public static (ProcessDirectory Directory, ProcStat Stat, ProcStatus Status) Look(int pid)
    {
        using ProcFs proc = ProcFs.Open("/proc");
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(pid, out ProcessDirectory? directory));
        byte[] buffer = new byte[8192];
        Assert.Equal(ReadOutcome.Ok, directory!.ReadStat(buffer, out ProcStat stat, out _));
        Assert.Equal(ReadOutcome.Ok, directory.ReadStatus(buffer, out ProcStatus status));
        return (directory, stat, status);
    }
}

/// <summary>What a shop knows of itself.</summary>
/// <param name="Exceptions">By the name of their type.</param>
internal sealed record ShopReport(long Orders, int Collections, int Gen2, int Pid, Dictionary<string, int> Exceptions);

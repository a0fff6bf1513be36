using System.Diagnostics;
using System.Globalization;

// The live tests count descriptors and bytes of this very process: one test at a time.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace ProcessArsenal.Procfs.Tests.Support;

/// <summary>A child that lives until its standard input closes, so that nobody needs to kill it.</summary>
internal sealed class Child : IDisposable
{
    private readonly Process _process;

    private Child(Process process) => _process = process;

    public int Pid => _process.Id;

    public static Child Cat() => new(Process.Start(Info("cat"))!);

    /// <summary>Runs <paramref name="script"/> in sh. It should wait for its input to end: <c>read x</c> or <c>exec cat</c>.</summary>
    public static Child Shell(string script) => new(Process.Start(Info("sh", "-c", script))!);

    /// <summary>A process with a child of its own that has ended and that it never waits for.</summary>
    public static Child WithZombie(out int zombie)
    {
        // The inner sh ends only once its parent has become cat: a shell might reap it.
        Child parent = Shell("sh -c 'while read c </proc/$PPID/comm && [ $c = sh ]; do :; done' & echo $!; exec cat");
        zombie = int.Parse(parent.ReadLine(), CultureInfo.InvariantCulture);
        return parent;
    }

    public string ReadLine() => _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The child said nothing.");

    /// <summary>Closes its input and waits until it is reaped.</summary>
    public void End()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000)) throw new TimeoutException("The child did not end.");
    }

    public void Dispose()
    {
        if (!_process.HasExited) End();
        _process.Dispose();
    }

    private static ProcessStartInfo Info(string file, params string[] arguments) =>
        new(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
}

internal static class Until
{
    /// <summary>Waits for a condition with a deadline.</summary>
    public static void True(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, 10_000), "The deadline of 10 s has passed.");
}

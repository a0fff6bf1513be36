using System.Diagnostics;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

public sealed class ProgramStartTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Who_waits_for_its_input_has_begun() => Assert.True(await Passes("read line") >= ProgramStart.Rest);

    /// <summary>A second of a processor takes a second at least.</summary>
    [Fact]
    public async Task Who_works_has_begun_after_a_second_of_work() => Assert.True(await Passes("while ! read -t 0 line; do :; done") >= TimeSpan.FromSeconds(0.9));

    [Fact]
    public async Task Who_ends_is_waited_for_no_longer() => Assert.True(await Passes("while ((SECONDS < 1)); do :; done") < TimeSpan.FromSeconds(3));

    [Fact]
    public void Who_has_worked_for_long_is_not_waited_for()
    {
        // Ourselves.
        using ProcFs proc = ProcFs.Open();
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(Environment.ProcessId, out ProcessDirectory? directory));
        using ProcessDirectory held = directory!;
        while (Environment.CpuUsage.TotalTime < TimeSpan.FromSeconds(1.1)) GC.Collect();
        Assert.True(ProgramStart.PassedAsync(held, isNew: false, TimeProvider.System, TestContext.Current.CancellationToken).IsCompletedSuccessfully);
    }

    /// <returns>How long it took, from when the shell was there.</returns>
    private static async Task<TimeSpan> Passes(string script)
    {
        using Process shell = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", script]) { RedirectStandardInput = true })!;
        try
        {
            using ProcFs proc = ProcFs.Open();
            Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(shell.Id, out ProcessDirectory? directory));
            using ProcessDirectory held = directory!;
            long began = TimeProvider.System.GetTimestamp();
            await ProgramStart.PassedAsync(held, isNew: true, TimeProvider.System, TestContext.Current.CancellationToken).WaitAsync(Deadline);
            return TimeProvider.System.GetElapsedTime(began);
        }
        finally
        {
            shell.StandardInput.Close();
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }
}

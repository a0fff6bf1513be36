using System.Diagnostics;
using System.Globalization;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Inspection;

/// <summary>A real process that ends while it is looked at, at an instant that is chosen: after its stat was read, which is when the time is asked.</summary>
public sealed class EndedMeanwhileTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task That_it_ended_is_said(bool reaped)
    {
        // Who has become cat asks nobody how it ended, so that its child stays defunct; a child of ours is reaped at once.
        using Process parent = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 600 & echo $!; exec cat"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        int child = int.Parse((await parent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, CultureInfo.InvariantCulture);
        await Eventually.True("the shell has become cat", () => Comm(parent.Id) == "cat" && Comm(child) == "sleep");
        try
        {
            using ProcFs proc = ProcFs.Open("/proc");
            InspectionSubject subject = Subjects.Find(proc, reaped ? parent.Id : child);
            bool ended = false;
            var time = new Interrupted(() =>
            {
                if (reaped)
                {
                    parent.StandardInput.Close();
                    parent.WaitForExit();
                }
                else
                {
                    Kill(child);
                    SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{child}/stat").Contains(") Z ", StringComparison.Ordinal), Eventually.Patience);
                }
                ended = true;
            });
            ProcessInspection? process = await new ProcessInspector(proc, time).InspectAsync(subject, new InspectionOptions(), readSmaps: true, TestContext.Current.CancellationToken);
            Assert.True(ended);
            Assert.True(process!.Ended);
            Assert.Equal(subject.Identity.ToString(), process.Identity);
            Assert.Equal(reaped ? "cat" : "sleep", process.Name);
            Assert.Null(process.Memory?.Proportional);
        }
        finally
        {
            parent.StandardInput.Close();
            if (reaped) Kill(child);
            await parent.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task One_that_lives_has_not_ended_and_shares_our_namespaces()
    {
        using Process cat = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
        await Eventually.True("it is cat", () => Comm(cat.Id) == "cat");
        using ProcFs proc = ProcFs.Open("/proc");
        ProcessInspection? process = await new ProcessInspector(proc, TimeProvider.System).InspectAsync(Subjects.Find(proc, cat.Id), new InspectionOptions(), readSmaps: true, TestContext.Current.CancellationToken);
        cat.StandardInput.Close();
        await cat.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Null(process!.Ended);
        Assert.Empty(process.OtherNamespaces!);
        LimitUse space = Assert.Single(process.Limits!, static limit => limit.Name == "address_space");
        Assert.Equal(process.Memory!.Virtual, space.Used);
    }

    private static string Comm(int pid) => File.ReadAllText($"/proc/{pid}/comm").TrimEnd('\n');

    private static void Kill(int pid)
    {
        using Process kill = Process.Start("kill", ["-KILL", pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private sealed class Interrupted(Action act) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            act();
            return base.GetUtcNow();
        }
    }
}

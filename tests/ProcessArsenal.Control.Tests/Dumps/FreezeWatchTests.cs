using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Control.Tests.Pipeline;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Dumps;

[Collection("Control")]
public sealed class FreezeWatchTests : IDisposable
{
    private readonly ControlPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Whatever_goes_wrong_while_it_looks_ends_the_dump_and_nothing_else()
    {
        (FreezeWatch watch, HeldProcess held, ProcessDirectory directory) = Watch(_place.Start());
        using (held)
        using (directory)
        {
            await using (watch.Begin(static () => throw new InvalidOperationException("of whatever kind")))
                await Eventually.True("it is over", () => watch.Token.IsCancellationRequested);
            Assert.Equal("how long it stands still can't be watched: of whatever kind", watch.Why);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_was_left_stopped_by_a_tracer_that_ended_in_the_middle_goes_on_and_who_was_not_is_let_be(bool isBroken)
    {
        Victim victim = _place.Start();
        (FreezeWatch watch, HeldProcess held, ProcessDirectory directory) = Watch(victim);
        using (held)
        using (directory)
        {
            await using (watch.Begin(static () => 0))
            {
                Assert.Null(held.Send(SignalNames.Stop)); // As one does that attaches to it.
                await Eventually.True("it stands", () => IsStopped(victim));
                if (isBroken) watch.Break();
            }
            Assert.Null(watch.Why);
            Assert.Equal(!isBroken, IsStopped(victim));
        }
    }

    private (FreezeWatch Watch, HeldProcess Held, ProcessDirectory Directory) Watch(Victim victim)
    {
        HeldProcess held = HeldProcess.Open(_place.Proc, victim.Identity, out _)!;
        Assert.Equal(ReadOutcome.Ok, _place.Proc.OpenProcess(victim.Identity.Pid, out ProcessDirectory? directory));
        return (new FreezeWatch(held, directory!, _place.Proc, TimeSpan.FromSeconds(60), long.MaxValue, TimeProvider.System), held, directory!);
    }

    private static bool IsStopped(Victim victim) => File.ReadAllText($"/proc/{victim.Identity.Pid}/status").Contains("State:\tT", StringComparison.Ordinal);
}

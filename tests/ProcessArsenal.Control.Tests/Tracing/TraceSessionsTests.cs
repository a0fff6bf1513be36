using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Control.Tests.Pipeline;
using ProcessArsenal.Control.Tracing;

namespace ProcessArsenal.Control.Tests.Tracing;

[Collection("Control")]
public sealed class TraceSessionsTests : IDisposable
{
    private readonly ControlPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Whatever_goes_wrong_is_a_reason_and_gives_the_place_back()
    {
        Victim victim = _place.Start();
        using HeldProcess held = HeldProcess.Open(_place.Proc, victim.Identity, out _)!;
        // No path of any system: what is thrown is no IOException.
        await using var sessions = new TraceSessions(new ArtifactStore("/\0", static () => new ArtifactLimits(), TimeProvider.System), _place.Proc, TimeProvider.System);
        for (int i = 0; i < 3 * TraceSessions.MostAtOnce; i++)
        {
            string? why = await sessions.BeginAsync(i, held, "victim", new TraceOrder { For = [TraceOrder.Native] }, TestContext.Current.CancellationToken);
            Assert.NotNull(why);
            Assert.DoesNotContain("go on already", why, StringComparison.Ordinal);
        }
        Assert.Empty(sessions.List());
    }

    [Fact]
    public async Task Who_has_ended_is_not_recorded_whoever_has_the_number_now()
    {
        Victim victim = _place.Start();
        using HeldProcess held = HeldProcess.Open(_place.Proc, victim.Identity, out _)!;
        victim.End();
        await using var sessions = new TraceSessions(new ArtifactStore(Path.Join(_place.State, "artifacts"), static () => new ArtifactLimits(), TimeProvider.System), _place.Proc, TimeProvider.System);
        Assert.Equal("it has ended", await sessions.BeginAsync(1, held, "victim", new TraceOrder { For = [TraceOrder.Native] }, TestContext.Current.CancellationToken));
    }
}

using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Control.Tests.Pipeline;

/// <summary>A pipeline over the processes of this host, with a ledger of its own.</summary>
internal sealed class ControlPlace : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("control-").FullName;
    private readonly List<Victim> _victims = [];
    private readonly Sampler _sampler;

    public ControlPlace(ControlOptions? options = null, SamplingOptions? sampling = null, bool hasLedger = true)
    {
        Options = options ?? new ControlOptions { MaxActionsPerHour = 100_000, Grace = TimeSpan.FromMilliseconds(300) };
        _sampler = new Sampler(Proc, Store, (sampling ?? new SamplingOptions()) with { Dotnet = null, SmapsBudget = TimeSpan.Zero }, TimeProvider.System);
        Ledger = hasLedger ? ActionLedger.Open(_state, new LedgerOptions(), TimeProvider.System) : null;
        Pipeline = new ControlPipeline(Proc, Store, Ledger, hasLedger ? null : "the disk is full", () => Options, TimeProvider.System);
    }

    /// <summary>From now on the pipeline can have evidence taken.</summary>
    public void Take(EvidenceTaker evidence)
    {
        Pipeline.Dispose();
        Pipeline = new ControlPipeline(Proc, Store, Ledger, null, () => Options, TimeProvider.System) { Evidence = evidence };
    }

    public ProcFs Proc { get; } = ProcFs.Open();

    public SnapshotStore Store { get; } = new();

    public Sampler Sampler => _sampler;

    public ActionLedger? Ledger { get; private set; }

    public ControlPipeline Pipeline { get; private set; }

    public ControlOptions Options { get; set; }

    public string State => _state;

    public static AccessToken Caller(Role role = Role.Admin) => new("tester", role, new string('0', 64), DateTimeOffset.UnixEpoch, null);

    /// <summary>A process that waits to be done something to.</summary>
    public Victim Start(string program = "/bin/sleep", params string[] arguments)
    {
        var victim = new Victim(Proc, program, arguments.Length > 0 ? arguments : ["600"]);
        _victims.Add(victim);
        return victim;
    }

    /// <summary>A program that nobody else runs, so that its group has no members but ours. Copied by a process of its own: a child that is forked meanwhile
    /// would hold it open ("Text file busy").</summary>
    public string Program(string name)
    {
        string path = Path.Join(_state, name);
        if (File.Exists(path)) return path;
        using var copy = System.Diagnostics.Process.Start("/bin/cp", ["/bin/sleep", path]);
        copy.WaitForExit();
        return path;
    }

    public void Sample() => _sampler.Tick();

    /// <summary>As a restart of the exporter would.</summary>
    public void Restart()
    {
        Pipeline.Dispose();
        Ledger!.Dispose();
        Ledger = ActionLedger.Open(_state, new LedgerOptions(), TimeProvider.System);
        Pipeline = new ControlPipeline(Proc, Store, Ledger, null, () => Options, TimeProvider.System);
    }

    public static ControlRequest Ask(ControlAction action, TargetSelection selection, ControlLimits? limits = null, Role role = Role.Admin) =>
        new(action, selection, Caller(role), "api") { Limits = limits ?? new ControlLimits { MaxTargets = 100 } };

    public async Task<TargetResult> Do(ControlAction action, Victim victim, ControlLimits? limits = null) =>
        Assert.Single((await Pipeline.RunAsync(Ask(action, TargetSelection.Of(victim.Identity), limits), TestContext.Current.CancellationToken)).Targets);

    public Task<ControlResult> Run(ControlRequest request) => Pipeline.RunAsync(request, TestContext.Current.CancellationToken);

    public static TargetSelection Where(string text) => TargetSelection.Of(Parse(text));

    public static Expression Parse(string text) => Expression.TryParse(text, out Expression? expression, out ExpressionError? error) ? expression : throw new ArgumentException(error.Message);

    public void Dispose()
    {
        foreach (Victim victim in _victims) victim.Dispose();
        Pipeline.Dispose();
        Ledger?.Dispose();
        _sampler.Dispose();
        Proc.Dispose();
        Directory.Delete(_state, recursive: true);
    }
}

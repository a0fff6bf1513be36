using System.Globalization;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Tests.Pipeline;

/// <summary>Against an adversary that has pids used again as fast as the kernel lets it (clone3(2) with set_tid): no successor is ever hit.</summary>
[Collection("Control")]
public sealed class PidReuseTests(ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 100, Each = 100;

    private readonly ControlPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Ten_thousand_kills_of_dead_identities_hit_nobody()
    {
        using Victim adversary = Adversary();
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            ProcessIdentity[] dead = Begin(adversary);
            Assert.Equal(Text(Each), adversary.Ask("succeed"));
            ControlResult result = await _place.Run(ControlPlace.Ask(new KillAction(), TargetSelection.Of(dead)));
            refused += result.Targets.Count(static target => target is { Outcome: OutcomeKind.Refused, Guard: "identity" });
            Assert.Equal(Text(Each), adversary.Ask("living"));
            Assert.Equal("ok", adversary.Ask("end"));
        }
        output.WriteLine($"{Rounds * Each} kills, {refused} refused, 0 hit");
        Assert.Equal(Rounds * Each, refused);
    }

    /// <summary>A successor that began in the same clock tick has the same pid and the same start time.</summary>
    [Fact]
    public async Task Nor_do_those_within_one_clock_tick()
    {
        using Victim adversary = Adversary();
        int sameTick = 0;
        for (int round = 0; round < 300; round++)
        {
            ProcessIdentity dead = Begin(adversary, 1)[0];
            ulong start = StartOf(dead.Pid)!.Value;
            Assert.Equal("1", adversary.Ask("succeed"));
            if (StartOf(dead.Pid) == start) sameTick++;
            ControlResult result = await _place.Run(ControlPlace.Ask(new KillAction(), TargetSelection.Of(dead)));
            Assert.Equal("identity", result.Targets[0].Guard);
            Assert.Equal("1", adversary.Ask("living"));
            Assert.Equal("ok", adversary.Ask("end"));
        }
        output.WriteLine($"{sameTick} of 300 successors had begun in the same clock tick");
        Assert.True(sameTick > 30, $"{sameTick} began in the same tick: the adversary is too slow.");
    }

    /// <summary>Decided while it lived, held by a pidfd, and ended and succeeded to before the harm.</summary>
    [Fact]
    public async Task A_successor_between_decision_and_harm_is_not_hit()
    {
        using Victim adversary = Adversary();
        for (int round = 0; round < 10; round++)
        {
            ProcessIdentity[] targets = Begin(adversary);
            var succeeded = new Lazy<string>(() => adversary.Ask("succeed"));
            _place.Pipeline.BeforeHarm = _ => Task.Run(() => Assert.Equal(Text(Each), succeeded.Value));
            ControlResult result = await _place.Run(ControlPlace.Ask(new KillAction(), TargetSelection.Of(targets)));
            Assert.All(result.Targets, static target => Assert.Equal((OutcomeKind.Refused, "identity"), (target.Outcome, target.Guard)));
            Assert.Equal(Text(Each), adversary.Ask("living"));
            Assert.Equal("ok", adversary.Ask("end"));
        }
    }

    /// <summary>While they are ended and succeeded to all the time.</summary>
    [Fact]
    public async Task A_race_is_never_won_by_a_wrong_kill()
    {
        using Victim adversary = Adversary();
        ProcessIdentity[] dead = Begin(adversary);
        Assert.Equal(Text(Each), adversary.Ask("succeed"));
        Task<string> race = Task.Run(() => adversary.Ask("race 3000"));
        int kills = 0;
        while (!race.IsCompleted)
        {
            ControlResult result = await _place.Run(ControlPlace.Ask(new KillAction(), TargetSelection.Of(dead)));
            Assert.All(result.Targets, static target => Assert.Equal(OutcomeKind.Refused, target.Outcome));
            kills += result.Targets.Count;
        }
        string[] told = (await race).Split(' ');
        output.WriteLine($"{kills} kills while {told[0]} processes took those pids one after the other");
        Assert.Equal("0", told[1]);
        Assert.Equal(Text(Each), adversary.Ask("living"));
    }

    private ProcessIdentity[] Begin(Victim adversary, int count = Each)
    {
        string[] pids = adversary.Ask(string.Create(CultureInfo.InvariantCulture, $"begin {count}")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(count, pids.Length);
        return [.. pids.Select(pid => HeldProcess.Identify(_place.Proc, int.Parse(pid, CultureInfo.InvariantCulture))!.Value)];
    }

    private ulong? StartOf(int pid)
    {
        if (_place.Proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return null;
        using (directory)
        {
            Span<byte> buffer = stackalloc byte[2048];
            return directory!.ReadStat(buffer, out ProcStat stat, out _) == ReadOutcome.Ok ? stat.StartTicks : null;
        }
    }

    private Victim Adversary()
    {
        string program = Path.GetFullPath("../../../../../artifacts/workload", AppContext.BaseDirectory);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "To choose a pid takes root (clone3(2), set_tid).");
        Assert.True(File.Exists(program), $"{program} is not there: make artifacts/workload");
        return _place.Start(program, "--reuse");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

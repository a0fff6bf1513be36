using System.Diagnostics;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Tests.Pipeline;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Evidence;

/// <summary>Disks that hang or are full, too little room, ends in the middle: what is asked for is done all the same, and nothing half is kept.</summary>
[Collection("Control")]
public sealed class EvidenceTroubleTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    private readonly List<EvidenceBench> _benches = [];

    public void Dispose()
    {
        foreach (EvidenceBench bench in _benches) bench.Dispose();
    }

    [Fact]
    public async Task A_disk_that_hangs_costs_the_budget_and_no_more()
    {
        EvidenceBench bench = Make();
        Victim[] victims = [.. Enumerable.Range(0, EvidenceTaker.MostAtOnce + 1).Select(_ => bench.Start())];
        bench.Hang();
        long began = TimeProvider.System.GetTimestamp();
        TargetResult[] results = await Task.WhenAll(victims.Select(victim => bench.Do(new KillAction(), victim, Short)));
        TimeSpan took = TimeProvider.System.GetElapsedTime(began);
        Assert.InRange(took, Short, TimeSpan.FromSeconds(5));
        Assert.All(results, static result => Assert.Equal((OutcomeKind.Succeeded, true), (result.Outcome, result.HasEnded)));
        Assert.All(results, static result => Assert.Contains("; evidence: not taken: ", result.Reason, StringComparison.Ordinal));
        Assert.Contains(results, static result => result.Evidence!.NotTaken == "it was not on the disk within 0.3 s (evidence.budget)");
        Assert.Empty(bench.Store.List()); // Nobody waits for that disk to be told so.
        Assert.Equal("it was not on the disk within 0.3 s (evidence.budget)", bench.Place.Ledger!.Reader.Find(results.First(static one => one.Evidence!.NotTaken!.StartsWith("it was", StringComparison.Ordinal)).Action!.Value)!.Outcome!.Details!.Value.GetProperty("evidence").GetProperty("not_taken").GetString());

        bench.GoOn();
        Victim next = bench.Start();
        TargetResult whole = await bench.Do(new KillAction(), next, EvidenceBench.Budget);
        Assert.NotNull(whole.Evidence?.Artifact);
        await Eventually.True("what came too late is gone", () => bench.Folders() is [var only] && only == whole.Evidence.Artifact && bench.Store.List() is [_]);
    }

    [Fact]
    public async Task Without_any_time_there_is_none_and_it_is_done()
    {
        EvidenceBench bench = Make();
        Victim victim = bench.Start();
        TargetResult result = await bench.Do(new KillAction(), victim, TimeSpan.Zero);
        Assert.Equal(OutcomeKind.Succeeded, result.Outcome);
        Assert.NotNull(result.Evidence?.NotTaken);
        await Eventually.True("nothing is left", () => bench.Folders().Length == 0 && bench.Store.List().Count == 0);
    }

    [Fact]
    public async Task A_full_disk_is_told_and_it_is_done()
    {
        string mount = Directory.CreateTempSubdirectory("full-").FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", mount), "only root may mount");
        try
        {
            EvidenceBench bench = Make(Path.Join(mount, "artifacts"));
            Victim victim = bench.Start();
            TargetResult result = await bench.Do(new KillAction(), victim, EvidenceBench.Budget);
            Assert.Equal((OutcomeKind.Succeeded, true), (result.Outcome, result.HasEnded));
            Assert.Contains("has 0 MiB left, and the evidence may take 1", result.Evidence?.NotTaken, StringComparison.Ordinal);
            Assert.Empty(bench.Store.List());
        }
        finally
        {
            Run("umount", "-l", mount);
            Directory.Delete(mount);
        }
    }

    [Fact]
    public async Task A_place_that_is_none_is_told_and_it_is_done()
    {
        EvidenceBench bench = Make("/proc/nowhere");
        Victim victim = bench.Start();
        TargetResult result = await bench.Do(new KillAction(), victim, EvidenceBench.Budget);
        Assert.Equal(OutcomeKind.Succeeded, result.Outcome);
        Assert.NotNull(result.Evidence?.NotTaken);
        var without = new ControlPlace();
        Victim other = without.Start();
        TargetResult nowhere = Assert.Single((await without.Run(EvidenceBench.Ask(new KillAction(), other, EvidenceBench.Budget))).Targets);
        Assert.Equal((OutcomeKind.Succeeded, "there is nowhere to keep it"), (nowhere.Outcome, nowhere.Evidence?.NotTaken));
        without.Dispose();
    }

    [Fact]
    public async Task What_belongs_to_an_action_that_is_under_way_is_not_pushed_out()
    {
        EvidenceBench bench = Make();
        bench.Limits = new ArtifactLimits { MaxCount = 1 };
        Victim first = bench.Start(), other = bench.Start();
        string[] amid = [];
        bench.Place.Pipeline.BeforeHarm = async target =>
        {
            if (target.Identity != first.Identity) return;
            for (int i = 0; i < 3; i++) Assert.NotNull((await bench.Snapshot(other)).Evidence?.Artifact);
            amid = [.. bench.Store.List().Select(static record => record.Id)];
        };
        TargetResult result = await bench.Do(new KillAction(), first, EvidenceBench.Budget);
        string kept = result.Evidence?.Artifact ?? "";
        Assert.Equal(2, amid.Length);
        Assert.Equal(kept, amid[0]);
        bench.Place.Pipeline.BeforeHarm = null;
        TargetResult last = await bench.Snapshot(other); // It is over: now it goes as others do.
        Assert.Equal([last.Evidence?.Artifact], bench.Store.List().Select(static record => record.Id));
        Assert.Equal([last.Evidence?.Artifact], bench.Folders());
    }

    [Fact]
    public async Task What_an_earlier_run_was_taking_is_none()
    {
        EvidenceBench bench = Make();
        Victim victim = bench.Start();
        EvidenceRecord whole = bench.Record(await bench.Snapshot(victim));
        EvidenceRecord half = whole with { Id = "99", Action = 99, State = EvidenceState.Taking, Bytes = 0, Sha256 = null };
        using (FileStream file = bench.Store.Begin(half, 0, "")) file.Write([0x1f, 0x8b, 8]);
        var next = new ArtifactStore(bench.Root, () => new ArtifactLimits(), TimeProvider.System);
        IReadOnlyList<ArtifactRecord> broken = next.Load();
        Assert.Equal("the exporter ended meanwhile", Assert.Single(broken).Wrong);
        using var taker = new EvidenceTaker(null!, next, () => new EvidenceOptions(), TimeProvider.System);
        taker.Sweep(broken);
        Assert.Equal([whole.Id], next.List().Select(static record => record.Id));
        Assert.Equal([whole.Id], bench.Folders());
        Assert.Null(await next.WhatIsWrongInsideAsync(next.List()[0]));
    }

    private EvidenceBench Make(string? root = null)
    {
        var bench = new EvidenceBench(root);
        _benches.Add(bench);
        return bench;
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Control.Tests.Pipeline;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Evidence;

[Collection("Control")]
public sealed class EvidenceTests : IDisposable
{
    private static readonly string[] All = ["history.json", "lifecycle.json", "manifest.json", "process.json", "tree.json"];

    private readonly EvidenceBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Before_harm_all_is_kept_that_is_known_and_the_ledger_vouches_for_it()
    {
        Victim victim = _bench.Start("/usr/bin/env", "DB_PASSWORD=hunter2", "/bin/sleep", "600");
        TargetResult result = await _bench.Do(new KillAction(), victim, EvidenceBench.Budget);
        Assert.Equal((OutcomeKind.Succeeded, true), (result.Outcome, result.HasEnded));
        EvidenceRecord record = _bench.Record(result);
        Assert.Equal((result.Action, victim.Identity.ToString(), "kill", EvidenceState.Done, Role.Diagnose), (record.Action, record.Identity, record.Before, record.State, record.Role));
        Assert.Null(record.Missing);
        Assert.EndsWith(FormattableString.Invariant($"; evidence: kept (process-arsenal snapshot get {record.Id} evidence-{record.Id}.tar.gz)"), result.Reason, StringComparison.Ordinal);

        byte[] bytes = await File.ReadAllBytesAsync(_bench.Store.FileOf(record), TestContext.Current.CancellationToken);
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Assert.Equal((bytes.Length, hash), (record.Bytes, record.Sha256));
        JsonElement noted = _bench.Place.Ledger!.Reader.Find(record.Action)!.Outcome!.Details!.Value.GetProperty("evidence");
        Assert.Equal((record.Id, hash, bytes.Length), (noted.GetProperty("artifact").GetString(), noted.GetProperty("sha256").GetString(), noted.GetProperty("bytes").GetInt64()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_bench.Store.FileOf(record)));
        Assert.Null(EvidenceBundle.WhatIsWrong(new MemoryStream(bytes)));

        Dictionary<string, JsonElement> files = _bench.Unpack(result);
        Assert.Equal(All.Select(name => $"evidence-{record.Id}/{name}"), files.Keys.Order(StringComparer.Ordinal));
        JsonElement In(string name) => files[$"evidence-{record.Id}/{name}"];
        Assert.Equal((victim.Identity.ToString(), "sleep"), (In("process.json").GetProperty("identity").GetString(), In("process.json").GetProperty("name").GetString()));
        Assert.NotEmpty(In("process.json").GetProperty("descriptors").GetProperty("list").EnumerateArray());
        Assert.NotEmpty(In("process.json").GetProperty("threads").GetProperty("list").EnumerateArray());
        Assert.DoesNotContain("hunter2", In("process.json").GetRawText(), StringComparison.Ordinal);
        Assert.Contains("DB_PASSWORD", In("process.json").GetRawText(), StringComparison.Ordinal);
        Assert.Contains(In("tree.json").GetProperty("ancestors").EnumerateArray(), static one => one.GetProperty("pid").GetInt32() == Environment.ProcessId);
        Assert.Contains(In("history.json").GetProperty("signals").EnumerateArray(), static signal => signal.GetProperty("signal").GetString() == "memory" && signal.GetProperty("points").GetArrayLength() > 1);
        Assert.Equal("before kill, by tester (api): it hangs", In("manifest.json").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Who_does_not_ask_for_any_has_none()
    {
        Victim victim = _bench.Start();
        TargetResult result = await _bench.Do(new SignalAction(SignalNames.Parse("WINCH")!.Value), victim, null);
        Assert.Null(result.Evidence);
        Assert.DoesNotContain("evidence", result.Reason, StringComparison.Ordinal);
        Assert.Null((await _bench.Place.Run(EvidenceBench.Ask(new KillAction(), victim, EvidenceBench.Budget) with { IsPreview = true })).Targets[0].Evidence);
        Assert.Empty(_bench.Folders());
        Assert.True(victim.IsAlive);
    }

    [Fact]
    public async Task Of_one_that_has_ended_what_is_remembered_is_kept()
    {
        Victim victim = _bench.Start("/bin/sh", "-c", "read x; exit 7");
        victim.Tell("");
        await Eventually.True("its end is known", () =>
        {
            _bench.Place.Sample();
            return _bench.Place.Sampler.History.EndOf(victim.Identity) is not null;
        });
        TargetResult result = await _bench.Snapshot(victim);
        Assert.Equal(OutcomeKind.Succeeded, result.Outcome);
        EvidenceRecord record = _bench.Record(result);
        Assert.Equal("sh", record.Name);
        Assert.Equal(["process", "tree"], record.Missing!.Keys.Order(StringComparer.Ordinal));
        Dictionary<string, JsonElement> files = _bench.Unpack(result);
        Assert.True(files[$"evidence-{record.Id}/history.json"].TryGetProperty("ended", out _));
        Assert.Contains(files[$"evidence-{record.Id}/lifecycle.json"].GetProperty("events").EnumerateArray(),
            one => one.GetProperty("type").GetString() == "exit" && one.TryGetProperty("identity", out JsonElement identity) && identity.GetString() == victim.Identity.ToString());
    }

    [Fact]
    public async Task A_snapshot_does_nothing_so_that_it_may_be_of_anybody_and_costs_no_action()
    {
        _bench.Place.Options = _bench.Place.Options with { MaxActionsPerHour = 1 };
        _bench.Place.Sample();
        ProcessIdentity own = HeldProcess.Identify(_bench.Place.Proc, Environment.ProcessId)!.Value;
        for (int i = 0; i < 3; i++)
        {
            TargetResult ours = Assert.Single((await _bench.Place.Run(ControlPlace.Ask(new SnapshotAction(_bench.Taker), TargetSelection.Of(own), role: Role.Diagnose))).Targets);
            Assert.True(ours.Outcome == OutcomeKind.Succeeded, ours.Reason);
        }
        Assert.Equal(ControlFault.Forbidden, (await Assert.ThrowsAsync<ControlException>(() => _bench.Place.Run(ControlPlace.Ask(new SnapshotAction(_bench.Taker), TargetSelection.Of(own), role: Role.Viewer)))).Kind);
        Victim victim = _bench.Start();
        Assert.Equal(OutcomeKind.Succeeded, (await _bench.Do(new KillAction(), victim, null)).Outcome);

        // Of nobody there is nothing, and nothing is left.
        ProcessIdentity never = own with { Token = own.Token + 1_000_000_000 };
        string[] before = _bench.Folders();
        TargetResult nobody = Assert.Single((await _bench.Place.Run(ControlPlace.Ask(new SnapshotAction(_bench.Taker), TargetSelection.Of(never)))).Targets);
        Assert.Equal(OutcomeKind.Failed, nobody.Outcome);
        Assert.Contains("nothing is known of it", nobody.Reason, StringComparison.Ordinal);
        Assert.Equal(before, _bench.Folders());
    }

    [Fact]
    public async Task It_neither_waits_for_an_action_on_the_same_process_nor_keeps_one_waiting()
    {
        Victim victim = _bench.Start();
        TargetResult? amid = null;
        _bench.Place.Pipeline.BeforeHarm = async _ =>
        {
            _bench.Place.Pipeline.BeforeHarm = null;
            amid = await _bench.Snapshot(victim);
        };
        Assert.Equal(OutcomeKind.Succeeded, (await _bench.Do(new KillAction(), victim, null)).Outcome);
        Assert.Equal(OutcomeKind.Succeeded, amid?.Outcome);
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("identity")]
    public async Task What_a_guard_refuses_after_it_is_not_done_and_the_evidence_stays(string guard)
    {
        Victim victim = _bench.Start();
        _bench.Place.Pipeline.BeforeHarm = async _ =>
        {
            if (guard == "identity") victim.End();
            else await _bench.Place.Pipeline.PauseAsync(new PauseState("tester", "enough", DateTimeOffset.UnixEpoch, null));
        };
        TargetResult result = await _bench.Do(new KillAction(), victim, EvidenceBench.Budget);
        Assert.Equal((OutcomeKind.Refused, guard, guard == "pause"), (result.Outcome, result.Guard, victim.IsAlive));
        EvidenceRecord record = _bench.Record(result);
        Assert.Null(await _bench.Store.WhatIsWrongInsideAsync(record));
        Assert.Equal(record.Id, _bench.Place.Ledger!.Reader.Find(record.Action)!.Outcome!.Details!.Value.GetProperty("evidence").GetProperty("artifact").GetString());
    }

    [Fact]
    public async Task Names_that_processes_choose_are_no_names_in_it()
    {
        Victim victim = _bench.Start("/bin/sh", "-c", "printf '../../etc/x' > /proc/$$/comm; echo ready; read x");
        Assert.Equal("ready", victim.Line());
        for (int i = 0; i < 3; i++) _bench.Place.Sample();
        TargetResult result = await _bench.Snapshot(victim);
        EvidenceRecord record = _bench.Record(result);
        Dictionary<string, JsonElement> files = _bench.Unpack(result);
        Assert.Equal(All.Select(name => $"evidence-{record.Id}/{name}"), files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("../../etc/x", files[$"evidence-{record.Id}/process.json"].GetProperty("name").GetString());
        Assert.Equal(Path.Join(_bench.Root, record.Id, "evidence.tar.gz"), _bench.Store.FileOf(record));
    }
}

using System.Text.Json;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Tests.Pipeline;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Evidence;

public sealed class EvidenceWriterTests : IDisposable
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(20);

    private readonly ControlPlace _place = new(hasLedger: false);

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_living_process_is_told_in_full_and_a_dead_one_by_what_is_remembered()
    {
        Victim victim = _place.Start();
        for (int i = 0; i < 4; i++) _place.Sample();
        (EvidenceManifest living, string folder) = await WriteAsync(victim, "living", Budget);
        Assert.Equal(["history.json", "lifecycle.json", "process.json"], living.Files.Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.Empty(living.Missing);
        Assert.Null(living.WhatIsWrong(folder));
        JsonElement process = Read(folder, "process.json");
        Assert.Equal((victim.Identity.ToString(), "sleep"), (process.GetProperty("identity").GetString(), process.GetProperty("name").GetString()));
        Assert.NotEmpty(process.GetProperty("relations").GetProperty("ancestors").EnumerateArray());
        Assert.Contains(Read(folder, "history.json").GetProperty("signals").EnumerateArray(), signal => signal.GetProperty("signal").GetString() == "memory" && signal.GetProperty("points").GetArrayLength() > 0);

        victim.Dispose();
        await Eventually.True("its end is known", () =>
        {
            _place.Sample();
            return _place.Sampler.History.EndOf(victim.Identity) is not null;
        });
        (EvidenceManifest dead, folder) = await WriteAsync(victim, "dead", Budget);
        Assert.Equal(["process"], dead.Missing.Keys);
        Assert.Null(dead.WhatIsWrong(folder));
        Assert.True(Read(folder, "history.json").TryGetProperty("ended", out _));
        Assert.Contains(Read(folder, "lifecycle.json").GetProperty("events").EnumerateArray(),
            one => one.GetProperty("type").GetString() == "exit" && one.TryGetProperty("identity", out JsonElement identity) && identity.GetString() == victim.Identity.ToString());
        Assert.Equal(dead.Bytes, Directory.GetFiles(folder).Where(file => !file.EndsWith(EvidenceManifest.Name, StringComparison.Ordinal)).Sum(file => new FileInfo(file).Length));
    }

    [Fact]
    public async Task What_is_changed_afterwards_is_found()
    {
        Victim victim = _place.Start();
        for (int i = 0; i < 3; i++) _place.Sample();
        (EvidenceManifest manifest, string folder) = await WriteAsync(victim, "changed", Budget);
        string history = Path.Join(folder, "history.json");
        byte[] bytes = await File.ReadAllBytesAsync(history, TestContext.Current.CancellationToken);
        bytes[^5] ^= 1;
        await File.WriteAllBytesAsync(history, bytes, TestContext.Current.CancellationToken);
        Assert.Equal("history.json is not what was written", manifest.WhatIsWrong(folder));
        File.Delete(history);
        Assert.StartsWith("history.json can't be read", manifest.WhatIsWrong(folder));
    }

    [Fact]
    public async Task What_there_is_no_time_or_no_room_for_is_missing_and_said_so()
    {
        Victim victim = _place.Start();
        _place.Sample();
        (EvidenceManifest late, _) = await WriteAsync(victim, "late", TimeSpan.Zero);
        Assert.Equal("there was no time left", late.Missing["process"]);
        (EvidenceManifest lost, _) = await WriteAsync(victim, "lost", Budget, isThere: false);
        Assert.Empty(lost.Files);
        Assert.Contains(EvidenceManifest.Name, lost.Missing.Keys);
    }

    private async Task<(EvidenceManifest Manifest, string Folder)> WriteAsync(Victim victim, string name, TimeSpan budget, bool isThere = true)
    {
        string folder = Path.Join(_place.State, name);
        if (isThere) Directory.CreateDirectory(folder);
        var writer = new EvidenceWriter(new ProcessInspector(_place.Proc, TimeProvider.System), _place.Store, _place.Sampler.History, _place.Sampler.Lifecycle, TimeProvider.System);
        return (await writer.WriteAsync(victim.Identity, "a test", folder, budget, TestContext.Current.CancellationToken), folder);
    }

    private static JsonElement Read(string folder, string name) => JsonDocument.Parse(File.ReadAllText(Path.Join(folder, name))).RootElement;
}

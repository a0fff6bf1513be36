using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>Profiles by the kernel's samples, by the API and by the command line, of real programs, by the published one.</summary>
public sealed class NativeTraceTests
{
    private const string Configuration = "sampling: { interval: 500ms }\n";

    [Fact]
    public async Task A_program_in_C_is_profiled_and_exported_as_others_are()
    {
        SkipUnlessAllowed();
        using var scratch = new Scratch();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        using var client = new ControlClient(exporter);
        await using NativeTarget program = await NativeTarget.Start("seventy");
        JsonElement record = await Record(client, $$"""{"target":{{program.Pid}},"preset":"profile","duration":"5s","reason":"a test"}""");
        string id = Text(record, "id");
        Assert.Equal(("native", "duration", 0), (Text(record.GetProperty("for")[0], ""), Text(record, "ended"), record.GetProperty("lost").GetInt64()));
        Assert.False(record.TryGetProperty("wrong", out _), record.GetRawText());
        Assert.InRange(record.GetProperty("events").GetInt64(), 400, 2000);

        JsonElement report = await client.Get($"/api/v1/traces/{id}/report"), hot = report.GetProperty("cpu").GetProperty("hot");
        foreach ((string function, double part) in ((string, double)[])[("seventy [seventy]", 0.7), ("twenty [seventy]", 0.2), ("ten [seventy]", 0.1)])
            Assert.InRange(hot.EnumerateArray().Single(one => Text(one, "method") == function).GetProperty("exclusive_part").GetDouble(), part - 0.05, part + 0.05);
        Assert.Equal("cpu", Text(report.GetProperty("native"), "kind"));
        JsonElement calls = (await client.Get($"/api/v1/traces/{id}/report?method=twenty")).GetProperty("calls");
        Assert.Equal("work [seventy]", Text(calls.GetProperty("callers")[0], "method"));

        Assert.Contains(";work [seventy];seventy [seventy] ", (await Download(client, id, "folded")).Body, StringComparison.Ordinal);
        Answer speedscope = await Download(client, id, "speedscope");
        Assert.Contains("seventy [seventy]", JsonDocument.Parse(speedscope.Body).RootElement.GetProperty("shared").GetProperty("frames").EnumerateArray().Select(static frame => Text(frame, "name")));
        Assert.Equal(200, (await Download(client, id, "pprof")).Status);
        Answer events = await client.Ask(HttpMethod.Get, $"/api/v1/traces/{id}/events", client.Admin), nettrace = await Download(client, id, "nettrace");
        Assert.Equal((409, 409), (events.Status, nettrace.Status));
        Assert.Contains("has no events", events.Detail, StringComparison.Ordinal);
        Assert.Contains("speedscope, pprof, folded", nettrace.Detail, StringComparison.Ordinal);

        Command misnamed = await Run(client, "trace", "get", id, scratch.PathOf("it.nettrace")), named = await Run(client, "trace", "get", id, scratch.PathOf("it.folded"));
        Assert.Equal((1, 0), (misnamed.ExitCode, named.ExitCode));
        Assert.Contains("has no events to be given as nettrace: ask for speedscope, pprof, folded", misnamed.Error, StringComparison.Ordinal);
        Assert.Contains(";work [seventy];seventy [seventy] ", await File.ReadAllTextAsync(scratch.PathOf("it.folded"), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        string file = Path.Join(exporter.State, "artifacts", id, "profile.json.gz");
        byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal((Text(record, "sha256"), record.GetProperty("bytes").GetInt64()), (Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Command read = await Command.Run(Repository.Program, ["report", file]);
        Assert.Contains("seventy [seventy]", read.Output, StringComparison.Ordinal);

        // Somebody changes the file: it is said, and nothing is believed.
        await using (var changed = new GZipStream(File.Create(file), CompressionLevel.Fastest)) changed.Write("{\"notes\":["u8);
        Assert.Contains("was changed by somebody else", (await client.Ask(HttpMethod.Get, $"/api/v1/traces/{id}/download", client.Admin)).Detail, StringComparison.Ordinal);
        Assert.Equal(409, (await client.Ask(HttpMethod.Get, $"/api/v1/traces/{id}/report", client.Admin)).Status);
    }

    [Fact]
    public async Task By_the_command_line_too_with_the_names_of_Net_and_where_it_waits()
    {
        SkipUnlessAllowed();
        using var scratch = new Scratch();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        using var client = new ControlClient(exporter);
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "compress");
        string pid = program.Pid.ToString(CultureInfo.InvariantCulture);
        Command both = await Run(client, "profile", pid, "--native", "--managed");
        Assert.Equal(2, both.ExitCode);
        Assert.Contains("take one", both.Error, StringComparison.Ordinal);
        Command profile = await Run(client, "profile", pid, "-d", "2s");
        Assert.Equal((0, ""), (profile.ExitCode, profile.Error));
        Assert.Contains("Troubles.Compression.Work()", profile.Output, StringComparison.Ordinal);
        Assert.Contains("CompressionNative_Deflate [libSystem.IO.Compression.Native.so]", profile.Output, StringComparison.Ordinal); // The only name that its file has.
        await using NativeTarget nap = await NativeTarget.Start("nap");
        Command waits = await Run(client, "trace", nap.Pid.ToString(CultureInfo.InvariantCulture), "-p", "offcpu", "-d", "2s");
        Assert.Equal((0, ""), (waits.ExitCode, waits.Error));
        Assert.Contains("Off CPU: ", waits.Output, StringComparison.Ordinal);
        Assert.Contains("long_nap [nap]", waits.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_privilege_it_is_refused_with_the_setting_and_of_an_own_process_it_says_what_it_costs()
    {
        SkipUnlessAllowed();
        Assert.SkipUnless(Signals.IsRoot, "It takes root to be another user.");
        int paranoid = PerfEvents.Paranoid()!.Value;
        Assert.SkipUnless(paranoid > 0, "kernel.perf_event_paranoid lets everybody sample here.");
        using var scratch = new Scratch();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration, Users.AsNobody);
        using var client = new ControlClient(exporter);
        await using NativeTarget foreign = await NativeTarget.Start("seventy");
        Answer refused = await Post(client, $$"""{"target":{{foreign.Pid}},"preset":"native","duration":"1s"}""");
        Assert.Equal(409, refused.Status);
        Assert.Contains("CAP_PERFMON", refused.Detail, StringComparison.Ordinal);
        Assert.Contains($"kernel.perf_event_paranoid of 0 or less (sysctl); kernel.perf_event_paranoid is {paranoid}", refused.Detail, StringComparison.Ordinal);
        string copy = scratch.CopyProgram(NativeTarget.PathOf("seventy"), "seventy");
        await using NativeTarget own = await NativeTarget.StartAt(copy, Users.AsNobody);
        Answer begun = await Post(client, $$"""{"target":{{own.Pid}},"preset":"native","duration":"5s"}"""); // Some hundred samples are of too few to be within a tenth, each time.
        if (paranoid > 2)
        {
            Assert.Equal(409, begun.Status);
            return;
        }
        JsonElement record = await Done(client, Text(JsonDocument.Parse(begun.Body).RootElement, "id"));
        JsonElement report = await client.Get($"/api/v1/traces/{Text(record, "id")}/report");
        Assert.InRange(report.GetProperty("cpu").GetProperty("hot")[0].GetProperty("exclusive_part").GetDouble(), 0.6, 0.8);
        string notes = report.GetProperty("native").GetProperty("notes").GetRawText();
        Assert.Contains("single threads were sampled", notes, StringComparison.Ordinal);
        if (paranoid == 2) Assert.Contains("what the kernel does for the process is not seen", notes, StringComparison.Ordinal);
    }

    private static void SkipUnlessAllowed() =>
        Assert.SkipUnless(PerfEvents.IsCheap(), $"perf_event_open(2) is denied here (kernel.perf_event_paranoid is {PerfEvents.Paranoid()}): it takes CAP_PERFMON");

    private static async Task<JsonElement> Record(ControlClient client, string body)
    {
        Answer begun = await Post(client, body);
        Assert.True(begun.Status == 200, begun.Body);
        return await Done(client, Text(JsonDocument.Parse(begun.Body).RootElement, "id"));
    }

    private static async Task<JsonElement> Done(ControlClient client, string id)
    {
        JsonElement record = default;
        await Eventually.True("it has ended", async () => Text(record = await client.Get($"/api/v1/traces/{id}"), "state") == "done");
        return record;
    }

    private static Task<Answer> Post(ControlClient client, string body) =>
        client.Ask(HttpMethod.Post, "/api/v1/traces", client.Admin, request => request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json")));

    private static Task<Answer> Download(ControlClient client, string id, string format) => client.Ask(HttpMethod.Get, $"/api/v1/traces/{id}/download?format={format}", client.Admin);

    private static Task<Command> Run(ControlClient client, params string[] arguments) =>
        Command.Run(Repository.Program, [.. arguments, "--server", client.Address, "--token-file", client.TokenFile], within: TimeSpan.FromSeconds(60));

    private static string Text(JsonElement element, string name) => (name.Length == 0 ? element : element.GetProperty(name)).ToString();
}

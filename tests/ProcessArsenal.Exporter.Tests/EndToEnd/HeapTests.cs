using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>Heaps by the API and by the command line, of a real program, by the published one.</summary>
public sealed class HeapTests : IAsyncDisposable
{
    private const string Configuration = "sampling: { interval: 500ms }\ndotnet: { attach: 'cmdline ~ \"Troubles\"' }\nartifacts: { max_size: 8GiB }\n";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    private readonly Scratch _scratch = new();

    public ValueTask DisposeAsync()
    {
        _scratch.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task A_leak_is_named_with_who_keeps_it(string framework)
    {
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, Configuration);
        using var client = new ControlClient(exporter);
        await using TroublesTarget program = await TroublesTarget.StartOn(framework, "leak", "dictionary");
        await program.Leak(1000);
        string pid = program.Pid.ToString(CultureInfo.InvariantCulture), file = _scratch.PathOf("a.gcdump");
        Task<Command> Run(params string[] arguments) => Command.Run(Repository.Program, [.. arguments, "--server", client.Address, "--token-file", client.TokenFile], within: Patience);
        Command before = await Run("dump", pid, "-t", "gcdump", "-f", file);
        Assert.Equal((0, ""), (before.ExitCode, before.Error));
        Assert.Contains("Troubles.Order", before.Output, StringComparison.Ordinal);
        Assert.Contains("static ByNumber", before.Output, StringComparison.Ordinal);
        await program.Leak(4000);
        Command after = await Run("dump", pid, "-t", "gcdump");
        Assert.Equal((0, ""), (after.ExitCode, after.Error));
        string[] ids = [.. ((Command[])[before, after]).Select(static command => Regex.Match(command.Output, @"Kept as (\d+):").Groups[1].Value)];

        Command text = await Run("dump", "compare", ids[0], ids[1]);
        TestContext.Current.TestOutputHelper!.WriteLine(text.Output);
        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        Assert.Matches(@"below static ByNumber -> .*\n  gathers .*: 1,000 before, 5,000 after", text.Output);
        Command json = await Run("dump", "compare", ids[0], ids[1], "-o", "json");
        JsonElement comparison = JsonDocument.Parse(json.Output).RootElement;
        Assert.Contains(comparison.GetProperty("types").EnumerateArray(), static type => type.GetProperty("type").GetString() == "Troubles.Order" && type.GetProperty("grown_count").GetInt64() == 4000);
        // The files say the same, without the daemon.
        Assert.Equal(0, (await Run("dump", "get", ids[1], _scratch.PathOf("b.gcdump"))).ExitCode);
        Assert.Equal(text.Output, (await Run("dump", "compare", file, _scratch.PathOf("b.gcdump"))).Output);
        Assert.Contains("Troubles.Order", (await Run("dump", "heap", file)).Output, StringComparison.Ordinal);
        Command wrong = await Run("dump", "heap", "/etc/passwd");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("no file of .gcdump", wrong.Error, StringComparison.Ordinal);

        JsonElement heap = await client.Get($"/api/v1/dumps/{ids[1]}/heap");
        Assert.Contains(heap.GetProperty("types").EnumerateArray(), static type => type.GetProperty("type").GetString() == "Troubles.Order" && type.GetProperty("count").GetInt64() == 5000);
        Assert.Equal(400, (await Compare(client, "{}")).Status);
        Assert.Equal(404, (await Compare(client, """{"before":"1","after":"999"}""")).Status);
    }

    /// <summary>HEAP_MIB=2048 (<c>make bench-heap</c>) is what it costs.</summary>
    [Fact]
    public async Task A_large_heap_costs_the_daemon_nothing_that_lasts()
    {
        int mebibytes = int.Parse(Environment.GetEnvironmentVariable("HEAP_MIB") ?? "64", CultureInfo.InvariantCulture);
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, Configuration);
        using var client = new ControlClient(exporter);
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "fill", mebibytes.ToString(CultureInfo.InvariantCulture));
        (long peak, long target) = (Memory(exporter.Pid, "VmHWM"), Memory(program.Pid, "VmRSS"));
        using var over = new CancellationTokenSource();
        Task<long> work = Watch(exporter.Pid, over.Token);
        long began = TimeProvider.System.GetTimestamp();
        Command made = await Command.Run(Repository.Program, ["dump", $"{program.Pid}", "-t", "gcdump", "--max-freeze", "10m", "--server", client.Address, "--token-file", client.TokenFile], within: Patience);
        TimeSpan duration = TimeProvider.System.GetElapsedTime(began);
        await over.CancelAsync();
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.DoesNotContain("not whole", made.Output, StringComparison.Ordinal);
        JsonElement dump = (await client.Get("/api/v1/dumps")).GetProperty("dumps")[0];
        long ours = Memory(exporter.Pid, "VmHWM") - peak, worker = await work;
        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(
            $"{mebibytes} MiB: {duration.TotalSeconds:0.0} s in all, stood still for {dump.GetProperty("freeze").GetDouble():0.00} s, file of {dump.GetProperty("bytes").GetInt64() >> 20} of {dump.GetProperty("expected").GetInt64() >> 20} MiB; daemon +{ours >> 20} MiB at most, worker {worker >> 20} MiB at most, program {target >> 20} MiB before and {Memory(program.Pid, "VmHWM") >> 20} at most"));
        TestContext.Current.TestOutputHelper!.WriteLine(made.Output);
        Assert.InRange(ours, 0, 32 << 20);
        Assert.Empty(Children(exporter.Pid));
    }

    private static Task<Answer> Compare(ControlClient client, string body) =>
        client.Ask(HttpMethod.Post, "/api/v1/dumps/compare", client.Admin, request => request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

    /// <summary>The most memory that a child of a process had.</summary>
    private static async Task<long> Watch(int pid, CancellationToken over)
    {
        long most = 0;
        while (!over.IsCancellationRequested)
        {
            foreach (int child in Children(pid)) most = Math.Max(most, Memory(child, "VmHWM"));
            await Task.Delay(20, CancellationToken.None);
        }
        return most;
    }

    private static int[] Children(int pid)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{pid}/task").SelectMany(static thread => File.ReadAllText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(static child => int.Parse(child, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return []; // A thread has ended meanwhile.
        }
    }

    /// <summary>Bytes; 0 if it has ended.</summary>
    private static long Memory(int pid, string field)
    {
        try
        {
            string line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(field + ":", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2], CultureInfo.InvariantCulture) << 10;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return 0;
        }
    }
}

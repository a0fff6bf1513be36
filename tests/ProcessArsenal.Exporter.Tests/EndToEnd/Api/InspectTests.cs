using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Api;

/// <summary>One process in full, by the API and on the command line.</summary>
public sealed class InspectTests(ApiExporter fixture) : IClassFixture<ApiExporter>
{
    [Fact]
    public async Task What_the_kernel_knows_of_it_is_told()
    {
        JsonElement process = await Inspect(fixture.Workload.Pid);
        Assert.Equal(fixture.Name, process.GetProperty("name").GetString());
        Assert.EndsWith("/" + fixture.Name, process.GetProperty("exe").GetString(), StringComparison.Ordinal);
        Assert.Equal(fixture.Scratch.Folder, process.GetProperty("working_directory").GetString());
        Assert.Equal(0u, process.GetProperty("uid").GetUInt32());
        Assert.True(process.GetProperty("memory").GetProperty("resident").GetDouble() > 100_000);
        Assert.Equal(1, process.GetProperty("threads").GetProperty("count").GetInt32());
        JsonElement descriptors = process.GetProperty("descriptors");
        Assert.Equal(Directory.GetFiles($"/proc/{fixture.Workload.Pid}/fd").Length, descriptors.GetProperty("count").GetInt32());
        Assert.True(descriptors.GetProperty("kinds").GetProperty("pipe").GetInt32() >= 2);
        JsonElement files = process.GetProperty("limits").EnumerateArray().Single(limit => limit.GetProperty("name").GetString() == "open_files");
        Assert.Equal(descriptors.GetProperty("count").GetInt32(), files.GetProperty("used").GetDouble());
        JsonElement relations = process.GetProperty("relations");
        Assert.Equal(Environment.ProcessId, relations.GetProperty("parent_pid").GetInt32());
        Assert.Equal(Environment.ProcessId, relations.GetProperty("ancestors")[0].GetProperty("pid").GetInt32());
        Assert.Equal(1, relations.GetProperty("ancestors").EnumerateArray().Last().GetProperty("pid").GetInt32());
        Assert.NotEmpty(process.GetProperty("cgroup").GetProperty("path").GetString()!);
        Assert.NotEmpty(process.GetProperty("supervisor").GetProperty("evidence").GetString()!);
        Assert.Empty(process.GetProperty("other_namespaces").EnumerateObject());
        JsonElement path = process.GetProperty("environment").EnumerateArray().Single(variable => variable.GetProperty("name").GetString() == "PATH");
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), path.GetProperty("value").GetString());
    }

    [Fact]
    public async Task The_one_that_serves_has_its_sockets()
    {
        JsonElement process = await Inspect(fixture.Exporter.Pid);
        string[] listening = [.. process.GetProperty("sockets").GetProperty("list").EnumerateArray().Where(socket => socket.GetProperty("state").GetString() == "listen").Select(socket => socket.GetProperty("local").GetString()!)];
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{fixture.Exporter.Port}"), listening);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{fixture.Exporter.ControlPort}"), listening);
    }

    [Fact]
    public async Task Secrets_of_a_process_are_not_told_by_any_way()
    {
        const string Secret = "hush-Zx9Qw7Lm3Kp";
        string script = fixture.Scratch.Write("secretive.sh", "echo ready; read line\n");
        var start = new System.Diagnostics.ProcessStartInfo("/bin/sh", [script, "--db-password", Secret, $"https://me:{Secret}@host/"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["SOME_SETTING"] = Secret;
        start.Environment["ASPNETCORE_TOKEN"] = Secret;
        using var secretive = System.Diagnostics.Process.Start(start)!;
        await secretive.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        await Eventually.True("it is seen", async () => (await fixture.Client.Get($"/api/v1/processes?where=pid%3D{secretive.Id}")).GetProperty("total").GetInt32() == 1);
        var said = new List<string>
        {
            (await Inspect(secretive.Id)).ToString(),
            (await fixture.Client.Get("/api/v1/processes?limit=5000")).ToString(),
            (await fixture.Client.Get("/api/v1/tree")).ToString(),
        };
        foreach (string[] command in (string[][])[["inspect", $"{secretive.Id}"], ["inspect", $"{secretive.Id}", "-o", "json"], ["ps"], ["ps", "-o", "json"], ["tree", "-o", "json"]])
            said.Add((await Command.Run(Repository.Program, command)).Output);
        Assert.All(said, text => Assert.DoesNotContain(Secret, text, StringComparison.Ordinal));
        Assert.Contains("--db-password *** https://me:***@host/", said[3], StringComparison.Ordinal);
        // Nor can they be guessed letter by letter, by whether an expression selects it.
        foreach (string guess in (string[])["hush", "Zx9"])
            Assert.Equal(0, (await fixture.Client.Get($"/api/v1/processes?where=pid%3D{secretive.Id}+and+cmdline+~+%22{guess}%22")).GetProperty("total").GetInt32());
        secretive.StandardInput.Close();
        await secretive.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>It can neither break nor slow an inspection, nor say anything to a terminal.</summary>
    [Fact]
    public async Task A_hostile_process_is_looked_at_within_the_time_and_shown_as_text()
    {
        string name = fixture.Name[4..] + "-\e[31m";
        // 100,000 where this machine lets anybody have so many.
        int open = Math.Min(100_000, int.Parse((await File.ReadAllLinesAsync("/proc/self/limits", TestContext.Current.CancellationToken)).Single(line => line.StartsWith("Max open files", StringComparison.Ordinal))[47..67], CultureInfo.InvariantCulture) - 64);
        await using Workload hostile = await Workload.Start(fixture.Scratch, "e2e-big", "--fds", open.ToString(CultureInfo.InvariantCulture), "--threads", "10000", "--rss-mib", "1024", "--argv-bytes", "2000000", "--swap-name", Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(name)));
        await Eventually.True("it is seen", async () => (await fixture.Client.Get($"/api/v1/processes?where=pid%3D{hostile.Pid}")).GetProperty("total").GetInt32() == 1);
        long began = TimeProvider.System.GetTimestamp();
        JsonElement process = await Inspect(hostile.Pid);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(3));
        Assert.Equal(10_000, process.GetProperty("threads").GetProperty("count").GetInt32());
        Assert.Equal(256, process.GetProperty("threads").GetProperty("list").GetArrayLength());
        Assert.Equal(10_000 - 256, process.GetProperty("threads").GetProperty("omitted").GetInt32());
        int count = process.GetProperty("descriptors").GetProperty("count").GetInt32();
        Assert.True(count >= open);
        Assert.Equal(256, process.GetProperty("descriptors").GetProperty("list").GetArrayLength());
        Assert.Equal(name, process.GetProperty("name").GetString());
        Assert.True(process.GetProperty("arguments_truncated").GetBoolean());
        Assert.Contains(process.GetProperty("recommendations").EnumerateArray(), found => found.GetProperty("what").GetString()!.Contains("open_files are at ", StringComparison.Ordinal));
        Command shown = await Command.Run(Repository.Program, ["inspect", hostile.Pid.ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal((0, ""), (shown.ExitCode, shown.Error));
        Assert.DoesNotContain('\e', shown.Output);
        Assert.Contains("Threads: 10000", shown.Output, StringComparison.Ordinal);
    }

    /// <summary>Names and values that would drive a terminal, end a string of JSON, or are no text at all; and very long ones.</summary>
    [Fact]
    public async Task A_hostile_environment_is_shown_as_text_and_cut()
    {
        var start = new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", "exec env \"LC_BYTES=$(printf '\\377\\300\\033[2J')\" sh -c 'echo ready; read line'"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["LC_TITLE"] = "\e]0;pwned\a\"},{\n\u202Ereversed";
        start.Environment["A\e[31m\nB\"}"] = "x";
        start.Environment["LC_LONG"] = new string('y', 100_000);
        for (int i = 0; i < 1000; i++) start.Environment[string.Create(CultureInfo.InvariantCulture, $"LC_MANY_{i}")] = "1";
        using var hostile = System.Diagnostics.Process.Start(start)!;
        Assert.Equal("ready", await hostile.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        try
        {
            await Eventually.True("it is seen", async () => (await fixture.Client.Get($"/api/v1/processes?where=pid%3D{hostile.Id}")).GetProperty("total").GetInt32() == 1);
            JsonElement process = await Inspect(hostile.Id);
            JsonElement[] variables = [.. process.GetProperty("environment").EnumerateArray()];
            Assert.Equal(256, variables.Length);
            Assert.True(process.GetProperty("environment_omitted").GetInt32() >= 700);
            Assert.All(variables, static variable => Assert.True(!variable.TryGetProperty("value", out JsonElement value) || value.ValueKind == JsonValueKind.Null || value.GetString()!.Length <= 1100));
            Command shown = await Command.Run(Repository.Program, ["inspect", hostile.Id.ToString(CultureInfo.InvariantCulture)]);
            Assert.Equal((0, ""), (shown.ExitCode, shown.Error));
            Assert.DoesNotContain(shown.Output, static character => character is '\e' or '\a' or '\u202E');
            Assert.All(shown.Output.Split('\n'), static line => Assert.True(line.Length <= 300, line));
        }
        finally
        {
            hostile.StandardInput.Close();
            await hostile.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net10.0")]
    public async Task A_net_program_is_known_as_one_and_does_not_hold_us_up_when_it_is_stopped(string framework)
    {
        await using ShopTarget shop = await ShopTarget.StartOn(framework);
        await Eventually.True("it is seen", async () => (await fixture.Client.Get($"/api/v1/processes?where={shop.Label.Replace("=", "%3D", StringComparison.Ordinal)}")).GetProperty("total").GetInt32() == 1);
        JsonElement dotnet = (await Inspect(shop.Pid)).GetProperty("dotnet");
        Assert.Equal("Shop", dotnet.GetProperty("entry_assembly").GetString());
        Assert.StartsWith(framework[3..framework.IndexOf('.', StringComparison.Ordinal)] + ".", dotnet.GetProperty("version").GetString(), StringComparison.Ordinal);
        await shop.Stop();
        long began = TimeProvider.System.GetTimestamp();
        JsonElement stopped = await Inspect(shop.Pid);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(3));
        Assert.Contains(stopped.GetProperty("unavailable").EnumerateArray(), missing => missing.GetProperty("what").GetString() == "dotnet");
        Assert.Contains(stopped.GetProperty("recommendations").EnumerateArray(), found => found.GetProperty("advice").GetString() == $"kill -CONT {shop.Pid}");
        shop.Signal("CONT");
    }

    [Fact]
    public async Task Without_privilege_what_is_missing_is_said_and_the_rest_is_told()
    {
        Command run = await Command.Run(Users.AsNobody[0], [.. Users.AsNobody[1..], fixture.Scratch.CopyProgram(Repository.Program, "process-arsenal"), "inspect", $"{fixture.Workload.Pid}", "-o", "json", "--config", "/dev/null"]);
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement process = JsonDocument.Parse(run.Output).RootElement;
        string[] missing = [.. process.GetProperty("unavailable").EnumerateArray().Select(one => one.GetProperty("what").GetString()!)];
        Assert.Superset(new HashSet<string> { "exe", "environment", "descriptors", "working_directory" }, missing.ToHashSet());
        Assert.All(process.GetProperty("unavailable").EnumerateArray(), one => Assert.Contains("CAP_SYS_PTRACE", one.GetProperty("needs").GetString(), StringComparison.Ordinal));
        Assert.True(process.GetProperty("memory").GetProperty("resident").GetDouble() > 100_000);
        Assert.Equal(1, process.GetProperty("threads").GetProperty("count").GetInt32());
        Assert.False(process.TryGetProperty("environment", out _));
    }

    [Fact]
    public async Task Who_has_ended_is_not_found_and_said_to_have()
    {
        string identity;
        await using (Workload brief = await Workload.Start(fixture.Scratch, "e2e-brief"))
        {
            await Eventually.True("it is seen", async () => (await fixture.Client.Get($"/api/v1/processes?where=pid%3D{brief.Pid}")).GetProperty("total").GetInt32() == 1);
            identity = (await Inspect(brief.Pid)).GetProperty("identity").GetString()!;
        }
        Answer gone = await fixture.Client.Ask(HttpMethod.Get, $"/api/v1/processes/{identity}", fixture.Client.Admin);
        Assert.Equal((404, "urn:process-arsenal:problem:no-such-process"), (gone.Status, gone.Type));
        Command run = await Command.Run(Repository.Program, ["inspect", identity]);
        Assert.Equal((1, $"process-arsenal: there is no process {identity} that we can see.\n"), (run.ExitCode, run.Error));
        Command wrong = await Command.Run(Repository.Program, ["inspect", "nginx"]);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("process-arsenal find 'name = ", wrong.Error, StringComparison.Ordinal);
    }

    private Task<JsonElement> Inspect(int pid) => fixture.Client.Get(string.Create(CultureInfo.InvariantCulture, $"/api/v1/processes/{pid}"));
}

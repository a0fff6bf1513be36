using System.Text.Json;
using ProcessArsenal.Exporter.Commands;

namespace ProcessArsenal.Exporter.Tests.Commands;

/// <summary><c>ps</c> and <c>tree</c> over the processes of this machine.</summary>
public sealed class ListingTests
{
    [Fact]
    public async Task Ps_lists_ourselves_as_json_with_what_the_kernel_says()
    {
        (int code, string output, string error) = await Run("ps", "--where", $"pid = {Environment.ProcessId}", "--output", "json");
        Assert.Equal("", error);
        Assert.Equal(0, code);
        JsonElement self = Assert.Single(JsonDocument.Parse(output).RootElement.EnumerateArray());
        Assert.Equal(Environment.ProcessId, self.GetProperty("pid").GetInt32());
        Assert.Equal(Environment.ProcessPath, self.GetProperty("exe").GetString());
        Assert.InRange(self.GetProperty("memory").GetDouble(), 10e6, 10e9);
        Assert.InRange(self.GetProperty("threads").GetInt32(), 2, 10_000);
    }

    [Fact]
    public async Task Ps_as_a_table_has_a_heading_and_no_trailing_blanks()
    {
        (int code, string output, _) = await Run("ps", "--limit", "3", "--sort", "memory");
        Assert.Equal(0, code);
        string[] lines = output.TrimEnd().Split(Environment.NewLine);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("PID", lines[0].TrimStart(), StringComparison.Ordinal);
        Assert.All(lines, line => Assert.Equal(line.TrimEnd(), line));
    }

    [Fact]
    public async Task A_wrong_expression_is_shown_with_its_position()
    {
        (int code, string output, string error) = await Run("ps", "--where", "memry > 1MiB");
        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.Contains("did you mean 'memory'", error, StringComparison.Ordinal);
        Assert.Contains("  memry > 1MiB\n  ^", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ps")]
    [InlineData("top", "--once")]
    public async Task What_two_samples_cannot_tell_is_refused(params string[] command)
    {
        (int code, string output, string error) = await Run([.. command, "--where", "cpu > 1 for 5m"]);
        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.Contains("this needs earlier samples", error, StringComparison.Ordinal);
        Assert.Contains("  cpu > 1 for 5m\n          ^", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tree_has_every_process_once_with_its_parent()
    {
        (int code, string output, _) = await Run("tree", "--output", "json");
        Assert.Equal(0, code);
        var pids = new HashSet<int>();
        var pending = new Queue<(JsonElement Process, int? Parent)>(JsonDocument.Parse(output).RootElement.EnumerateArray().Select(root => (root, (int?)null)));
        while (pending.TryDequeue(out (JsonElement Process, int? Parent) next))
        {
            int pid = next.Process.GetProperty("pid").GetInt32();
            Assert.True(pids.Add(pid));
            if (next.Parent is { } parent) Assert.Equal(parent, next.Process.GetProperty("ppid").GetInt32());
            if (next.Process.TryGetProperty("children", out JsonElement children))
                foreach (JsonElement child in children.EnumerateArray()) pending.Enqueue((child, pid));
        }
        Assert.Contains(Environment.ProcessId, pids);
    }

    [Fact]
    public async Task Tree_of_a_process_that_does_not_exist_is_an_error()
    {
        (int code, _, string error) = await Run("tree", "--root", "2147483647");
        Assert.Equal(1, code);
        Assert.Equal("process-arsenal: there is no process 2147483647 that we can see.\n", error);
    }

    [Fact]
    public async Task Without_proc_there_is_a_clear_error()
    {
        (int code, _, string error) = await Run("ps", "--procfs", "/nowhere");
        Assert.Equal(1, code);
        Assert.StartsWith("process-arsenal: /nowhere can't be opened", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--limit takes a whole number of 0 or more, not 'x'.", "ps", "--limit", "x")]
    [InlineData("--limit takes a whole number of 0 or more, not '2.5'.", "ps", "-n", "2.5")]
    [InlineData("--limit takes a whole number of 0 or more, not '99999999999'.", "ps", "--limit", "99999999999")]
    [InlineData("--sort takes one of cpu, memory, io, threads, fds, age, pid, name, not 'memroy': did you mean 'memory'?", "ps", "--sort", "memroy")]
    [InlineData("--output takes one of table, json, not 'bogus'.", "tree", "--output", "bogus")]
    [InlineData("--root takes a whole number of 1 or more, not 'abc'.", "tree", "--root", "abc")]
    public async Task Wrong_values_are_said_in_one_line(string expected, params string[] arguments)
    {
        (int code, string output, string error) = await Run(arguments);
        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.Equal($"process-arsenal: {expected}\nTry 'process-arsenal {arguments[0]} --help'.\n", error);
    }

    [Fact]
    public async Task A_proc_without_processes_is_refused()
    {
        DirectoryInfo empty = Directory.CreateTempSubdirectory();
        (int code, _, string error) = await Run("ps", "--procfs", empty.FullName);
        empty.Delete();
        Assert.Equal(1, code);
        Assert.StartsWith($"process-arsenal: {empty.FullName} shows no process", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_that_can_not_be_written_is_one_line()
    {
        using var full = new FullWriter();
        using var error = new StringWriter { NewLine = "\n" };
        int code = await CommandLine.RunAsync(["config", "schema"], new CommandContext { DefaultFile = "/nonexistent/config.yml" }, full, error);
        Assert.Equal(1, code);
        Assert.Equal("process-arsenal: No space left on device\n", error.ToString());
    }

    private sealed class FullWriter : StringWriter
    {
        public override void Write(char value) => throw new IOException("No space left on device");

        public override void Write(char[] buffer, int index, int count) => throw new IOException("No space left on device");

        public override void Write(string? value) => throw new IOException("No space left on device");

        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        int code = await CommandLine.RunAsync(arguments, new CommandContext { DefaultFile = "/nonexistent/config.yml" }, output, error);
        return (code, output.ToString(), error.ToString());
    }
}

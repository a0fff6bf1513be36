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
        Assert.Equal(Environment.ProcessPath, self.GetProperty("executable").GetString());
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
            if (next.Parent is { } parent) Assert.Equal(parent, next.Process.GetProperty("parent_pid").GetInt32());
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

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        int code = await CommandLine.RunAsync(arguments, new CommandContext { DefaultFile = "/nonexistent/config.yml" }, output, error);
        return (code, output.ToString(), error.ToString());
    }
}

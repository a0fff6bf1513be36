using ProcessArsenal.Exporter.Commands;

namespace ProcessArsenal.Exporter.Tests.Commands.Top;

/// <summary><c>top</c> over the processes of this machine, where there is no terminal.</summary>
public sealed class TopCommandTests
{
    [Fact]
    public async Task Prints_one_listing_as_text()
    {
        (int code, string output, string error) = await Run("top", "--once", "--where", $"pid = {Environment.ProcessId}");
        Assert.Equal((0, ""), (code, error));
        Assert.DoesNotContain('\e', output);
        string[] lines = output.TrimEnd().Split('\n');
        Assert.Contains(" processes ", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.TrimStart().StartsWith("PID", StringComparison.Ordinal));
        Assert.Single(lines, line => line.TrimStart().StartsWith($"{Environment.ProcessId} ", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.Equal(line.TrimEnd(), line));
    }

    [Fact]
    public async Task Prints_as_many_as_asked_for()
    {
        (int code, string output, _) = await Run("top", "--iterations", "3", "--interval", "100ms", "--groups", "--limit", "2", "--sort", "memory");
        Assert.Equal(0, code);
        Assert.Equal(3, output.Split('\n').Count(line => line.TrimStart().StartsWith("PROCS", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("--interval takes a duration from 100ms to 1h, not '5'.", "--interval", "5")]
    [InlineData("--interval takes a duration from 100ms to 1h, not '1ms'.", "--interval", "1ms")]
    [InlineData("--iterations takes a whole number of 1 or more, not '0'.", "--iterations", "0")]
    public async Task Wrong_values_are_said_in_one_line(string expected, params string[] arguments)
    {
        (int code, string output, string error) = await Run(["top", .. arguments]);
        Assert.Equal((2, "", $"process-arsenal: {expected}\nTry 'process-arsenal top --help'.\n"), (code, output, error));
    }

    [Fact]
    public async Task Without_proc_there_is_a_clear_error()
    {
        (int code, _, string error) = await Run("top", "--procfs", "/nowhere");
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

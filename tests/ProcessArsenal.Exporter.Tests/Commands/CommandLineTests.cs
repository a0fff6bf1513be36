using ProcessArsenal.Exporter.Commands;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.Commands;

public sealed class CommandLineTests
{
    private ExporterConfiguration? _served;

    private async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var context = new CommandContext
        {
            IsRoot = true,
            WorkingDirectory = "/srv/here",
            DefaultFile = "/nonexistent/config.yml",
            Serve = (loaded, _, _) =>
            {
                _served = loaded.Configuration;
                return Task.FromResult(0);
            },
        };
        int code = await CommandLine.RunAsync(arguments, context, output, error);
        return (code, output.ToString(), error.ToString());
    }

    [Theory]
    [InlineData("help.txt")]
    [InlineData("help-serve.txt", "serve")]
    [InlineData("help-ps.txt", "ps")]
    [InlineData("help-top.txt", "top")]
    [InlineData("help-tree.txt", "tree")]
    [InlineData("help-config.txt", "config")]
    [InlineData("help-config-check.txt", "config", "check")]
    [InlineData("help-config-show.txt", "config", "show")]
    [InlineData("help-config-schema.txt", "config", "schema")]
    public async Task Help_is_golden(string golden, params string[] command)
    {
        (int code, string output, string error) = await Run([.. command, "--help"]);
        Assert.Equal(0, code);
        Assert.Equal("", error);
        // The root command calls itself by the program's file, which is another one here.
        Golden.Check("tests/golden/" + golden, output.Replace(System.CommandLine.RootCommand.ExecutableName, "process-arsenal", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--interval", "7s")]
    [InlineData("serve", "--interval", "7s")]
    [InlineData("--interval", "7s", "serve")]
    public async Task Serves_by_default_and_flags_count_anywhere(params string[] arguments)
    {
        Assert.Equal(0, (await Run(arguments)).Code);
        Assert.Equal(TimeSpan.FromSeconds(7), _served!.Sampling.Interval);
    }

    [Fact]
    public async Task Paths_in_flags_are_relative_to_the_working_directory()
    {
        await Run("--state-directory", "state", "--procfs", "../host/proc");
        Assert.Equal("/srv/here/state", _served!.StateDirectory);
        Assert.Equal("/srv/host/proc", _served.Procfs);
    }

    [Fact]
    public async Task A_broken_configuration_is_not_served()
    {
        (int code, string output, string error) = await Run("--interval", "1ms", "--listen-metrics", "x");
        Assert.Equal(1, code);
        Assert.Null(_served);
        Assert.Equal("", output);
        Assert.Equal(2, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("process-arsenal: there is no 'shw' here: did you mean 'show'?\nTry 'process-arsenal config --help'.\n", "config", "shw")]
    [InlineData("process-arsenal: there is no '--intervl' here: did you mean '--interval'?\nTry 'process-arsenal --help'.\n", "--intervl")]
    [InlineData("process-arsenal: there is no 'x' here.\nTry 'process-arsenal config schema --help'.\n", "config", "schema", "x")]
    [InlineData("process-arsenal: Required argument missing for option: '--config'.\nTry 'process-arsenal serve --help'.\n", "serve", "--config")]
    [InlineData("process-arsenal: Required command was not provided.\nTry 'process-arsenal config --help'.\n", "config")]
    public async Task Wrong_usage_is_2_with_a_hint(string message, params string[] arguments)
    {
        (int code, string output, string error) = await Run(arguments);
        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.Equal(message, error);
    }

    [Fact]
    public async Task Check_says_ok_and_which_file()
    {
        Assert.Equal((0, "ok (no configuration file)\n", ""), await Run("config", "check"));
        string file = Path.GetTempFileName();
        Assert.Equal((0, $"ok {file}\n", ""), await Run("config", "check", "--config", file));
        await File.WriteAllTextAsync(file, "a: 1\nb: 2\n", TestContext.Current.CancellationToken);
        (int code, string output, string error) = await Run("config", "check", "--config", file);
        File.Delete(file);
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"{file}:1:1: unknown key 'a'", error);
        Assert.Contains($"\n{file}:2:1: unknown key 'b'", error);
    }

    [Fact]
    public async Task Show_and_schema_print_to_standard_output()
    {
        (int code, string output, string error) = await Run("config", "show", "--interval", "7s");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("  interval: 7s  # --interval\n", output);
        Assert.Equal((0, ConfigurationSchema.Write(), ""), await Run("config", "schema"));
    }

    [Fact]
    public async Task Completes_words() => Assert.Equal((0, "schema\nshow\n", ""), await Run("[suggest:8]", "config s"));
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>Where it can't start it ends with 1, and says in plain words what is wrong and where.</summary>
public sealed class StartFailureTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_port_in_use_is_said_with_its_number()
    {
        using TcpListener occupant = new(IPAddress.Loopback, 0);
        occupant.Start();
        int port = ((IPEndPoint)occupant.LocalEndpoint).Port;
        Command run = await ExporterProcess.RunToEnd(_scratch, "", port, _scratch.MakeFolderForAll("state"));
        AssertPlainFailure(run, port.ToString(CultureInfo.InvariantCulture), "in use");
    }

    [Fact]
    public async Task A_state_directory_that_can_not_be_made_is_said_with_its_path()
    {
        // Below a file: nobody can make a folder there, root neither.
        string state = Path.Combine(_scratch.Write("a-file", ""), "state");
        Command run = await ExporterProcess.RunToEnd(_scratch, "", ExporterProcess.FreePort(), state);
        AssertPlainFailure(run, state);
    }

    [Fact]
    public async Task A_state_directory_that_can_not_be_written_is_said_with_its_path()
    {
        // /proc/self is a folder in which root can't create anything either.
        Command run = await ExporterProcess.RunToEnd(_scratch, "", ExporterProcess.FreePort(), "/proc/self");
        AssertPlainFailure(run, "/proc/self");
    }

    [Fact]
    public async Task A_broken_configuration_is_said_with_file_line_and_column_all_errors_at_once()
    {
        const string broken = "sampling:\n  intervall: 1s\nper_process:\n  top: many\n";
        Command run = await ExporterProcess.RunToEnd(_scratch, broken, ExporterProcess.FreePort(), _scratch.MakeFolderForAll("state"));
        string file = _scratch.PathOf("config.yml");
        AssertPlainFailure(run, file + ":2:3", "interval", file + ":4:8");
    }

    [Fact]
    public async Task A_configuration_that_is_not_there_is_said_with_its_path()
    {
        string missing = _scratch.PathOf("missing.yml");
        Command run = await Command.Run(
            Repository.Program, ["serve", "--config", missing, "--state-directory", _scratch.MakeFolderForAll("state")]);
        AssertPlainFailure(run, missing);
    }

    [Fact]
    public async Task An_unknown_flag_is_a_usage_error()
    {
        Command run = await Command.Run(Repository.Program, ["serve", "--no-such-flag"]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--no-such-flag", run.Error, StringComparison.Ordinal);
    }

    private static void AssertPlainFailure(Command run, params string[] said)
    {
        Assert.True(run.ExitCode == 1, $"Exit code {run.ExitCode}.\n{run.Output}\n{run.Error}");
        Assert.All(said, part => Assert.Contains(part, run.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal); // a stack trace is not an explanation
        Assert.DoesNotContain("Unhandled", run.Error, StringComparison.Ordinal);
    }
}

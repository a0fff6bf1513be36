using System.Diagnostics;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Exporter.Tests.Configuration;

namespace ProcessArsenal.Exporter.Tests.Hosting;

public sealed class StateDirectoryTests : IDisposable
{
    private readonly string _place = Directory.CreateTempSubdirectory("state-").FullName;
    private readonly StringWriter _warnings = new();

    public void Dispose() => Directory.Delete(_place, recursive: true);

    [Theory]
    [InlineData("nr_inodes=1", "No space left on device")]
    [InlineData("ro", "Read-only file system")]
    public void A_disk_in_trouble_is_said_and_does_not_keep_us_from_starting(string option, string trouble)
    {
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", option, "tmpfs", _place), "only root may mount");
        try
        {
            Assert.Null(Prepare("state", ("ARSENAL_OTLP__ENDPOINT", "http://localhost:4317")));
            Assert.Contains(trouble, _warnings.ToString(), StringComparison.Ordinal);
            Assert.Contains("requests of OTLP wait in memory", _warnings.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            Run("umount", "-l", _place);
        }
    }

    [Fact]
    public void A_wrong_path_is_an_error()
    {
        File.WriteAllText(Path.Join(_place, "a-file"), "");
        Assert.Contains("Choose another with --state-directory", Prepare("a-file/state"), StringComparison.Ordinal);
        Assert.Equal("", _warnings.ToString());
    }

    [Fact]
    public void A_good_one_is_made_without_a_word()
    {
        Assert.Null(Prepare("a/state"));
        Assert.Equal("", _warnings.ToString());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(_place, "a/state")));
    }

    private string? Prepare(string name, params (string, string)[] variables) =>
        StateDirectory.Prepare(LoadText.Environment([("ARSENAL_STATE_DIRECTORY", Path.Join(_place, name)), .. variables]), _warnings);

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

using System.Text;
using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter.Tests.Configuration;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class FileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("arsenal-config-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Error(byte[] bytes)
    {
        string file = Path.Join(_directory, "config.yml");
        File.WriteAllBytes(file, bytes);
        return Assert.Single(ConfigurationLoader.Load(LoadText.None with { DefaultFile = file }).Errors).ToString()[(_directory.Length + 1)..];
    }

    [Fact]
    public void Invalid_utf8_is_placed() =>
        Assert.Equal("config.yml:2:5: not valid UTF-8: save the file in that encoding.", Error([.. "procfs: /proc\n# é "u8, 0xFF, .. "\n"u8]));

    [Fact]
    public void A_mebibyte_is_the_limit()
    {
        Assert.Equal("config.yml: it is larger than 1048576 bytes, which is the limit: is it the right file?", Error(new byte[ConfigurationFile.MaxBytes + 1]));
        Assert.Empty(LoadText.Errors(new string('#', ConfigurationFile.MaxBytes)));
    }

    [Fact]
    public void A_default_file_that_is_a_directory_is_an_error()
    {
        ConfigurationResult result = ConfigurationLoader.Load(LoadText.None with { DefaultFile = _directory });
        Assert.Equal($"{_directory}: it is a directory: name the file in it.", Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void A_file_that_is_named_must_be_there()
    {
        ConfigurationResult result = ConfigurationLoader.Load(LoadText.None with { File = "/nonexistent/x.yml" });
        Assert.Equal("--config: '/nonexistent/x.yml': there is no such file: create it, or name another.", Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void A_file_that_we_may_not_read_is_an_error()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root reads everything");
        string file = Path.Join(_directory, "secret.yml");
        File.WriteAllBytes(file, Encoding.UTF8.GetBytes("procfs: /proc\n"));
        File.SetUnixFileMode(file, UnixFileMode.None);
        ConfigurationResult result = ConfigurationLoader.Load(LoadText.None with { DefaultFile = file });
        Assert.Equal($"{file}: we may not read it: give our user permission.", Assert.Single(result.Errors).ToString());
    }
}

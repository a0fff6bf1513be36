using ProcessArsenal.Exporter.Api.Routes;
using ProcessArsenal.Exporter.Commands.Server;

namespace ProcessArsenal.Exporter.Tests.Commands;

public sealed class NewFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("new-").FullName;

    private string File => Path.Join(_folder, "out.nettrace");

    [Fact]
    public async Task What_is_there_already_stays_as_it_is()
    {
        await System.IO.File.WriteAllTextAsync(File, "precious", TestContext.Current.CancellationToken);
        Assert.Equal($"{File} is there already: name another file, or remove that one first.", NewFile.WhyNot(File));
        Assert.Equal(NewFile.WhyNot(File), (await Assert.ThrowsAsync<IOException>(() => NewFile.WriteAsync(File, OwnerOnly, static _ => Task.CompletedTask))).Message);
        Assert.Equal("precious", await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
        System.IO.File.Delete(File);
        System.IO.File.CreateSymbolicLink(File, "/nonexistent/anything");
        await Assert.ThrowsAsync<IOException>(() => NewFile.WriteAsync(File, OwnerOnly, static _ => Task.CompletedTask));
    }

    [Fact]
    public async Task What_breaks_off_leaves_none()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => NewFile.WriteAsync(File, OwnerOnly, static async stream =>
        {
            await stream.WriteAsync("half"u8.ToArray());
            throw new InvalidOperationException();
        }));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task It_is_written_with_its_mode_and_a_device_is_always_there()
    {
        await NewFile.WriteAsync(File, OwnerOnly, static stream => stream.WriteAsync("all"u8.ToArray()).AsTask());
        Assert.Equal(("all", OwnerOnly), (await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken), System.IO.File.GetUnixFileMode(File)));
        Assert.Null(NewFile.WhyNot("/dev/null"));
        await NewFile.WriteAsync("/dev/null", OwnerOnly, static stream => stream.WriteAsync("all"u8.ToArray()).AsTask());
        Assert.True(Path.Exists("/dev/null"));
        Assert.EndsWith("there is no such directory.", NewFile.WhyNot(Path.Join(_folder, "a", "b")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trace.nettrace", ".nettrace")]
    [InlineData("profile.json.gz", ".json.gz")]
    [InlineData("core", ".core")]
    public void A_browser_is_told_what_it_is(string file, string extension) => Assert.Equal(extension, ArtifactRoutes.ExtensionOf(file));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

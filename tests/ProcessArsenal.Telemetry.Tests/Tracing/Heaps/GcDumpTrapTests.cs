using System.Diagnostics;
using ProcessArsenal.Telemetry.Tracing.Heaps;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Heaps;

/// <summary>What somebody names that is no file.</summary>
public sealed class GcDumpTrapTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gcdump-").FullName;

    [Theory]
    [InlineData("nothing", "there is no such file")]
    [InlineData("empty", "it is empty, or no regular file")]
    [InlineData("pipe", "it is empty, or no regular file")]
    [InlineData("directory", "it is a directory")]
    [InlineData("/dev/zero", "it is empty, or no regular file")]
    public async Task It_says_so_and_waits_for_nobody(string kind, string says)
    {
        string path = kind.StartsWith('/') ? kind : Path.Join(_folder, "a.gcdump");
        if (kind == "empty") await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
        if (kind == "directory") Directory.CreateDirectory(path);
        if (kind == "pipe") await Process.Start("mkfifo", path).WaitForExitAsync(TestContext.Current.CancellationToken);
        IOException e = await Assert.ThrowsAnyAsync<IOException>(() => Task.Run(() => GcDumpFile.Read(path, new HeapLimits()), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.StartsWith($"{path}: {says}", e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

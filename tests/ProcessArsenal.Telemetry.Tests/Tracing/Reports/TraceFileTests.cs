using CsCheck;
using ProcessArsenal.Telemetry.Tracing.Reports;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Reports;

/// <summary>Files that are no recordings, or only parts of one.</summary>
public sealed class TraceFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trace-").FullName;

    private string File => Path.Join(_folder, "a.nettrace");

    [Theory]
    [InlineData("", "it is empty, or no regular file")]
    [InlineData("Nettrac", "it is no recording of .nettrace")]
    [InlineData("#!/bin/sh", "it is no recording of .nettrace")]
    [InlineData("Nettrace", "it breaks off before anything is told")]
    [InlineData("Nettrace and more that makes no sense", "it is no recording that we can read: ")]
    [InlineData("Nettrace\0\0\0\0\u0006\0\0\0 and no more than that", "it is no recording that we can read: ")] // Of a later version, and of a stranger.
    public void What_is_none_says_so(string text, string says)
    {
        System.IO.File.WriteAllText(File, text);
        TraceFileException e = Assert.Throws<TraceFileException>(() => TraceDigest.Read(File));
        Assert.StartsWith($"{File}: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_of_a_later_version_is_read_by_others_for_who_asks_for_that()
    {
        System.IO.File.WriteAllText(File, "Nettrace\0\0\0\0\u0006\0\0\0 and no more than that");
        Assert.DoesNotContain("it is no recording that we can read", Assert.Throws<TraceFileException>(() => TraceDigest.Read(File, takesLater: true)).Message, StringComparison.Ordinal);
        System.IO.File.WriteAllText(File, "Nettrace\u0014\0\0\0!FastSerialization.1 and no more than that");
        Assert.Contains("it is no recording that we can read", Assert.Throws<TraceFileException>(() => TraceDigest.Read(File, takesLater: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void So_does_what_is_not_there()
    {
        Assert.Contains("Could not find file", Assert.Throws<TraceFileException>(() => TraceDigest.Read(File)).Message, StringComparison.Ordinal);
        string near = Path.GetRelativePath(Environment.CurrentDirectory, File);
        Assert.DoesNotContain("TMPDIR", Assert.Throws<TraceFileException>(() => TraceDigest.Read(near)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(File);
        Assert.Contains("it is a directory", Assert.Throws<TraceFileException>(() => TraceDigest.Read(File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_of_a_recording_and_such_with_wrong_bytes_are_read_as_far_as_they_go_or_refused()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "2");
        using Recording recording = await Recording.Of(program, Recording.Options(1, "cpu"));
        byte[] whole = await System.IO.File.ReadAllBytesAsync(recording.Path, TestContext.Current.CancellationToken);
        long samples = TraceDigest.Read(recording.Path).Report.Trace.Events;

        System.IO.File.WriteAllBytes(File, whole[..(whole.Length / 2)]);
        TraceReport half = TraceDigest.Read(File).Report;
        Assert.NotNull(half.Trace.Incomplete);
        Assert.InRange(half.Trace.Events, 1, samples - 1);

        Gen.Select(Gen.Int[8, whole.Length], Gen.Select(Gen.Int[8, whole.Length - 1], Gen.Byte).Array[0, 20]).Sample(
            (length, changes) =>
            {
                byte[] changed = whole[..length];
                foreach ((int at, byte value) in changes)
                    if (at < length) changed[at] = value;
                string file = Path.Join(_folder, $"{Guid.NewGuid():N}.nettrace");
                System.IO.File.WriteAllBytes(file, changed);
                try
                {
                    _ = TraceDigest.Read(file);
                }
                catch (TraceFileException)
                {
                    // It says why.
                }
                System.IO.File.Delete(file);
            },
            iter: 100, threads: 1);
        string[] left = Directory.GetDirectories(Path.GetTempPath(), "process-arsenal-*");
        await Eventually.True("other tests are done with theirs, and nothing is left", () => !left.Any(Directory.Exists));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

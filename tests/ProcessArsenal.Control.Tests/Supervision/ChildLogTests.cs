using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Control.Interop;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Supervision;

/// <summary>Rotation beside one who goes on writing.</summary>
public sealed class ChildLogTests : IDisposable
{
    private const int MaxSize = 64 << 10;

    private readonly string _folder = Directory.CreateTempSubdirectory("log-").FullName;

    private string Log => Path.Join(_folder, "a.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Beside_a_writer_the_files_one_after_another_are_what_was_written(bool mayCut)
    {
        using SafeFileHandle ours = Open();
        Assert.SkipUnless(!mayCut || CanCut(), $"the file system of {_folder} can't cut off the front of a file (ext4 and xfs can)");
        var log = new ChildLog(Log, MaxSize, keep: 90, mayCut);
        long written = 0;
        using var stop = new CancellationTokenSource();
        Task writer = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                // As fast as it is looked after here; a real child may be faster, and what is dropped then is another test's.
                if (RandomAccess.GetLength(ours) > MaxSize + 16384) continue;
                string text = string.Concat(Enumerable.Range(0, 20).Select(_ => $"{written++:d12}\n"));
                Append(ours, text);
            }
        }, TestContext.Current.CancellationToken);
        await Eventually.True("it was rotated 60 times", () =>
        {
            Assert.Null(log.Check());
            return log.Rotations >= 60;
        });
        await stop.CancelAsync();
        await writer;

        string all = string.Concat(Enumerable.Range(1, 90).Reverse().Select(i => $"{Log}.{i}").Append(Log).Where(File.Exists).Select(File.ReadAllText));
        string[] lines = all.Split('\n')[..^1];
        if (mayCut)
        {
            // Nothing twice, nothing lost but what was dropped, which is counted.
            Assert.Equal(0, log.Dropped);
            Assert.Equal(Enumerable.Range(0, (int)written).Select(i => $"{i:d12}"), lines);
        }
        else
        {
            // What was written between the last read and the truncation is lost; nothing is twice, and the order is kept.
            long[] numbers = [.. lines.Where(line => line.Length == 12).Select(line => long.Parse(line, CultureInfo.InvariantCulture))];
            Assert.Equal(numbers.Order().Distinct(), numbers);
            Assert.InRange(numbers.Length, written * 0.5, written);
            TestContext.Current.TestOutputHelper!.WriteLine($"truncated {log.Rotations} times beside a writer that never rests: {written - numbers.Length} of {written} lines lost");
        }
    }

    [Fact]
    public void Only_so_many_are_kept_and_none_is_larger_than_it_may_be()
    {
        using SafeFileHandle ours = Open();
        var log = new ChildLog(Log, MaxSize, keep: 2);
        for (int i = 0; i < 10; i++)
        {
            Append(ours, new string((char)('a' + i), MaxSize + 5000));
            Assert.Null(log.Check());
        }
        Assert.Equal(["a.log", "a.log.1", "a.log.2"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(_folder), file => Assert.InRange(new FileInfo(file).Length, 0, MaxSize + 16384));
        Assert.EndsWith("j", File.ReadAllText(Log + ".1") + File.ReadAllText(Log), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_what_was_not_seen_for_long_the_newest_is_kept_and_the_rest_counted()
    {
        using SafeFileHandle ours = Open();
        for (int i = 0; i < 100; i++) Append(ours, new string('x', MaxSize) + $"{i}\n");
        long size = new FileInfo(Log).Length;
        var log = new ChildLog(Log, MaxSize, keep: 3);
        Assert.Null(log.Check());
        Assert.InRange(new FileInfo(Log + ".1").Length, MaxSize, 2 * MaxSize);
        Assert.Equal(size, log.Dropped + new FileInfo(Log + ".1").Length + new FileInfo(Log).Length);
        Assert.EndsWith("x99\n", File.ReadAllText(Log + ".1") + File.ReadAllText(Log), StringComparison.Ordinal);
        Assert.Equal(["a.log", "a.log.1"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Kept_none_it_is_only_cut()
    {
        using SafeFileHandle ours = Open();
        Append(ours, new string('x', MaxSize * 2));
        var log = new ChildLog(Log, MaxSize, keep: 0);
        Assert.Null(log.Check());
        Assert.InRange(new FileInfo(Log).Length, 0, 8192);
        Assert.Equal(["a.log"], Directory.GetFiles(_folder).Select(Path.GetFileName));
        Assert.Equal(MaxSize * 2, log.Dropped + new FileInfo(Log).Length);
    }

    [Fact]
    public void A_file_that_somebody_else_may_have_put_there_is_not_written_to()
    {
        string other = Path.Join(_folder, "other");
        File.WriteAllText(other, "");
        File.CreateSymbolicLink(Log, other);
        Assert.Null(ChildLog.OpenForChild(Log, null, null, out string? why));
        Assert.Contains("it must not be a link", why, StringComparison.Ordinal);
        File.Delete(Log);

        Assert.Equal(0, Files.MakeFifo(Log, 0x180));
        Assert.Null(ChildLog.OpenForChild(Log, null, null, out why)); // And it does not wait for a reader.
        Assert.NotNull(why);
        File.Delete(Log);

        Assert.Null(ChildLog.OpenForChild(Path.Join(_folder, "none", "a.log"), null, null, out why));
        Assert.Equal($"the directory of the log {_folder}/none/a.log is not there", why);
    }

    [Fact]
    public void A_file_with_another_name_is_neither_written_to_nor_rotated()
    {
        using (SafeFileHandle ours = Open()) Append(ours, new string('x', MaxSize * 2));
        using (System.Diagnostics.Process link = System.Diagnostics.Process.Start("ln", [Log, Path.Join(_folder, "other")])) link.WaitForExit();
        Assert.Null(ChildLog.OpenForChild(Log, null, null, out string? why));
        Assert.Equal($"the log {Log} has other names (hard links)", why);
        Assert.Equal(why, new ChildLog(Log, MaxSize, keep: 3).Check());
        Assert.Equal(MaxSize * 2, new FileInfo(Log).Length);
    }

    private SafeFileHandle Open()
    {
        SafeFileHandle? handle = ChildLog.OpenForChild(Log, null, null, out string? why);
        Assert.Null(why);
        return handle!;
    }

    /// <summary>By write(2), as a child does it: RandomAccess would say where.</summary>
    private static void Append(SafeFileHandle log, string text) => Assert.Equal(0, Files.Write(log, Encoding.ASCII.GetBytes(text)));

    private bool CanCut()
    {
        string probe = Path.Join(_folder, "probe");
        File.WriteAllBytes(probe, new byte[16384]);
        using SafeFileHandle file = File.OpenHandle(probe, FileMode.Open, FileAccess.ReadWrite);
        bool can = Files.CutFront(file, 4096) == 0;
        File.Delete(probe);
        return can;
    }
}

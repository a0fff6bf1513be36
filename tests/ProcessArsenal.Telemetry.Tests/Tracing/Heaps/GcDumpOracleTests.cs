using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ProcessArsenal.Telemetry.Tracing.Heaps;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Heaps;

/// <summary>Our files in the tool that they are for, and its files in ours.</summary>
public sealed partial class GcDumpOracleTests
{
    private static string Tool => Path.Join(Golden.Root(), "artifacts/tools/dotnet-gcdump");

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task It_reads_the_same_as_we_do(string framework)
    {
        Assert.SkipUnless(File.Exists(Tool), $"{Tool} is missing: make tools installs it.");
        await using TroublesTarget program = await TroublesTarget.StartOn(framework, "leak", "dictionary");
        await program.Leak(3000);
        TakenHeap taken = await TakenHeap.Of(program);
        string folder = Directory.CreateTempSubdirectory("heap-").FullName;
        try
        {
            string file = Path.Join(folder, "ours.gcdump");
            await using (FileStream stream = File.Create(file)) GcDumpWriter.Write(taken.Graph, stream);
            HeapReport ours = TakenHeap.Report(taken.Graph);
            (long bytes, Dictionary<string, (long Count, long Bytes)> types) = await Report(file);
            Assert.Equal(ours.Heap.Bytes, bytes);
            foreach (HeapTypeLine line in ours.Types)
                Assert.Equal((line.Type, line.Count), (line.Type, types.GetValueOrDefault(line.Type).Count));

            // What is read back is what was written.
            await using FileStream again = File.OpenRead(file);
            HeapGraph read = GcDumpReader.Read(again, new HeapLimits());
            HeapReport back = TakenHeap.Report(read);
            Assert.Equal(ours.Heap.Objects, back.Heap.Objects);
            Assert.Equal(ours.Heap.Pid, back.Heap.Pid);
            Assert.Equal(ours.Types.Select(static line => (line.Type, line.Count, line.Bytes, line.HeldBytes, string.Join('/', line.Way))), back.Types.Select(static line => (line.Type, line.Count, line.Bytes, line.HeldBytes, string.Join('/', line.Way))));

            // And one of that tool.
            string theirs = Path.Join(folder, "theirs.gcdump");
            await Run("collect", "-p", program.Pid.ToString(CultureInfo.InvariantCulture), "-o", theirs);
            await using FileStream other = File.OpenRead(theirs);
            HeapTypeLine orders = Assert.Single(TakenHeap.Report(GcDumpReader.Read(other, new HeapLimits())).Types, static line => line.Type == "Troubles.Order");
            Assert.Equal((3000, 3000 * 32), (orders.Count, orders.Bytes));
            Assert.Contains(orders.Way, static step => step.Contains("ByNumber", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(long Bytes, Dictionary<string, (long Count, long Bytes)> Types)> Report(string file)
    {
        string text = await Run("report", file);
        long bytes = long.Parse(Total().Match(text).Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        var types = new Dictionary<string, (long Count, long Bytes)>();
        foreach (Match line in Line().Matches(text))
        {
            long size = long.Parse(line.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture), count = long.Parse(line.Groups[2].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
            (long known, long all) = types.GetValueOrDefault(line.Groups[3].Value);
            types[line.Groups[3].Value] = (known + count, all + size); // It tells large ones of a type apart.
        }
        return (bytes, types);
    }

    private static async Task<string> Run(params string[] arguments)
    {
        using Process tool = Process.Start(new ProcessStartInfo(Tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["DOTNET_ROLL_FORWARD"] = "Major" } })!;
        Task<string> error = tool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string text = await tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(tool.ExitCode == 0, text + await error);
        return text;
    }

    [GeneratedRegex(@"([\d,]+)\s+GC Heap bytes", RegexOptions.CultureInvariant)]
    private static partial Regex Total();

    [GeneratedRegex(@"^\s+([\d,]+)\s+([\d,]+)  (.*?)(?: \(Bytes > \w+\))?(?:  \[[^\[\]]*\])?\s*$", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Line();
}

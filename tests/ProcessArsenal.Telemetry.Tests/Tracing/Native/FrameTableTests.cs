using System.Globalization;
using ProcessArsenal.Telemetry.Tracing.Native.Symbols;
using ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Native;

/// <summary>Unwinding rules of real libraries, against what readelf (GNU binutils) makes of them.</summary>
public sealed class FrameTableTests
{
    private static readonly string[] Names = ["rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ra"];

    [Theory]
    [InlineData("libc.so.6")]
    [InlineData("libstdc++.so.6")]
    [InlineData("ld-linux-x86-64.so.2")]
    public async Task Every_row_of_every_function_is_as_readelf_says(string library)
    {
        string path = $"/usr/lib/x86_64-linux-gnu/{library}";
        Assert.SkipUnless(File.Exists(path) && File.Exists("/usr/bin/readelf"), $"it takes {path} and readelf");
        using var bytes = new ByteSource(File.OpenHandle(path));
        FrameTable table = FrameTable.Of(ElfFile.Parse(bytes)!)!;
        Dictionary<ulong, List<string>> theirs = await ReadElf(path);
        Assert.Equal(theirs.Count, table.Count);
        int rows = 0;
        for (int i = 0; i < table.Count; i++)
        {
            FrameRows? ours = table.At(i);
            Assert.True(ours is not null, $"function {i} of {library} can't be read");
            if (theirs[ours.Start].Count == 0) theirs[ours.Start] = ["ra", string.Create(CultureInfo.InvariantCulture, $"{ours.Start:x16} rsp+8 c-8")]; // It says only what all do.
            string[] shown = [.. ours.Rows.Select(row => Show(row, theirs[ours.Start][0]))];
            Assert.Equal(theirs[ours.Start].Skip(1), shown);
            rows += shown.Length;
            Assert.Same(ours.Rows, table.Find(ours.Start)!.Rows);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{library}: {table.Count} functions, {rows} rows");
        Assert.InRange(rows, 1000, int.MaxValue);
    }

    /// <summary>As readelf shows a row, in its columns.</summary>
    private static string Show(UnwindRow row, string columns)
    {
        string frame = row.Frame.Kind == UnwindRuleKind.ValueExpression ? "exp" : string.Create(CultureInfo.InvariantCulture, $"{Names[row.Frame.Register]}{row.Frame.Value:+0;-0;+0}");
        IEnumerable<string> cells = columns.Split(' ').Select(column =>
        {
            UnwindRule rule = row.Registers[Array.IndexOf(Names, column)];
            return rule.Kind switch
            {
                UnwindRuleKind.Unset or UnwindRuleKind.Undefined => "u",
                UnwindRuleKind.Same => "s",
                UnwindRuleKind.Offset => string.Create(CultureInfo.InvariantCulture, $"c{rule.Value:+0;-0;+0}"),
                UnwindRuleKind.ValueOffset => string.Create(CultureInfo.InvariantCulture, $"v{rule.Value:+0;-0;+0}"),
                UnwindRuleKind.Register => string.Create(CultureInfo.InvariantCulture, $"r{rule.Register}"),
                UnwindRuleKind.Expression => "exp",
                _ => "vexp",
            };
        });
        return $"{row.Start:x16} {frame} {string.Join(' ', cells)}";
    }

    /// <summary>By the first address of the function: the columns, then a line for each row.</summary>
    private static async Task<Dictionary<ulong, List<string>>> ReadElf(string path)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("readelf", ["--debug-dump=frames-interp", "--wide", path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var functions = new Dictionary<ulong, List<string>>();
        List<string>? rows = null;
        string columnsOfAll = "";
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (line.Contains(" FDE ", StringComparison.Ordinal) && line.Contains("pc=", StringComparison.Ordinal))
            {
                string start = line[(line.IndexOf("pc=", StringComparison.Ordinal) + 3)..].Split("..")[0];
                functions[ulong.Parse(start, NumberStyles.HexNumber, CultureInfo.InvariantCulture)] = rows = [];
            }
            else if (words is ["LOC", "CFA", .. var columns])
            {
                columnsOfAll = string.Join(' ', columns);
                rows?.Add(columnsOfAll);
            }
            else if (words.Length > 2 && words[0].Length == 16 && ulong.TryParse(words[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out _) && rows is { Count: > 0 })
            {
                rows.Add(string.Join(' ', words.Where(static word => word[0] != '('))); // The name of a register after its number.
            }
            else if (words.Length > 4 && line.Contains(" CIE", StringComparison.Ordinal))
            {
                rows = null;
            }
        }
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _ = await error;
        return functions;
    }
}

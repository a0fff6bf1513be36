using System.Globalization;
using ProcessArsenal.Telemetry.Tracing.Native.Symbols;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Native;

/// <summary>Symbols and build ids of real files, against nm and readelf.</summary>
public sealed class ElfFileTests
{
    [Theory]
    [InlineData("seventy", "")]
    [InlineData("seventy-rust", "")]
    [InlineData("/usr/lib/x86_64-linux-gnu/libc.so.6", "-D")]
    public async Task Every_function_is_found_at_its_beginning_and_its_end(string name, string option)
    {
        string path = name[0] == '/' ? name : NativeTarget.PathOf(name);
        using var bytes = new ByteSource(File.OpenHandle(path));
        ElfFile file = ElfFile.Parse(bytes)!;
        var functions = new Dictionary<ulong, (ulong Size, HashSet<string> Names)>();
        foreach (string line in await Run("nm", [.. option.Length > 0 ? [option] : (string[])[], "-S", path]))
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var start, var size, "T" or "t" or "W" or "i", var symbol])
            {
                ulong address = ulong.Parse(start, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (!functions.TryGetValue(address, out (ulong Size, HashSet<string> Names) known)) functions[address] = known = (ulong.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture), []);
                known.Names.Add(symbol.Split('@')[0]);
            }
        Assert.NotEmpty(functions);
        ulong[] wanted = [.. functions.SelectMany(static pair => (ulong[])[pair.Key, pair.Key + pair.Value.Size - 1]).Distinct().Order()];
        Dictionary<ulong, string> names = file.NamesOf(wanted);
        int wrong = functions.Count(pair => !names.TryGetValue(pair.Key, out string? first) || !pair.Value.Names.Contains(first) || !names.TryGetValue(pair.Key + pair.Value.Size - 1, out string? last) || !(pair.Value.Names.Contains(last) || functions.Any(other => other.Value.Names.Contains(last) && other.Key > pair.Key)));
        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task The_build_id_is_as_readelf_says()
    {
        const string Path = "/usr/lib/x86_64-linux-gnu/libc.so.6";
        using var bytes = new ByteSource(File.OpenHandle(Path));
        string theirs = (await Run("readelf", ["-n", Path])).Single(static line => line.Contains("Build ID:", StringComparison.Ordinal)).Split(' ')[^1];
        Assert.Equal(theirs, Convert.ToHexStringLower(ElfFile.Parse(bytes)!.BuildId!));
    }

    [Fact]
    public void What_is_no_file_of_the_linker_is_none()
    {
        Assert.Null(ElfFile.Parse(new ByteSource("#!/bin/sh\n"u8.ToArray())));
        Assert.Null(ElfFile.Parse(new ByteSource(ReadOnlyMemory<byte>.Empty)));
        byte[] cut = File.ReadAllBytes("/usr/lib/x86_64-linux-gnu/libc.so.6")[..64];
        ElfFile file = ElfFile.Parse(new ByteSource(cut))!;
        Assert.Equal((null, null), (file.BuildId, file.UnwindIndex?.Address));
        Assert.Empty(file.NamesOf([1]));
    }

    private static async Task<string[]> Run(string command, IEnumerable<string> arguments)
    {
        Assert.SkipUnless(File.Exists($"/usr/bin/{command}"), $"it takes {command}");
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output.Split('\n');
    }
}

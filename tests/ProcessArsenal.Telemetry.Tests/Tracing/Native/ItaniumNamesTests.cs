using System.Diagnostics;
using ProcessArsenal.Telemetry.Tracing.Native.Symbols;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Native;

/// <summary>Names of C++, against what c++filt (GNU binutils) makes of them.</summary>
public sealed class ItaniumNamesTests
{
    [Fact]
    public async Task Those_of_the_standard_library_are_as_c_filt_says()
    {
        const string Path = "/usr/lib/x86_64-linux-gnu/libstdc++.so.6";
        Assert.SkipUnless(File.Exists(Path) && File.Exists("/usr/bin/c++filt"), $"it takes {Path} and c++filt");
        string[] names = [.. (await Run("nm", ["-D", "--defined-only", Path], "")).Select(static line => line.Split(' ')).Where(static words => words is [_, "T" or "W", _]).Select(static words => words[2].Split('@')[0]).Where(static name => name.StartsWith("_Z", StringComparison.Ordinal)).Distinct()];
        string[] theirs = await Run("c++filt", ["-p"], string.Join('\n', names) + "\n");
        int same = 0, raw = 0;
        var other = new List<string>();
        for (int i = 0; i < names.Length; i++)
        {
            string ours = Demangled.Of(names[i]);
            if (ours == names[i]) raw++;
            else if (Plain(ours) == Plain(theirs[i])) same++;
            else other.Add($"{names[i]}\n  {ours}\n  {theirs[i]}");
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{names.Length} names: {same} the same, {raw} left as they are, {other.Count} otherwise\n{string.Join('\n', other.Take(20))}");
        Assert.InRange(names.Length, 1000, int.MaxValue);
        Assert.True(same > 0.95 * names.Length, string.Join('\n', other.Take(20)));
        Assert.True(other.Count < 0.02 * names.Length, string.Join('\n', other.Take(20)));
    }

    /// <summary>Without what is a matter of taste: blanks, and what the short names of the standard library stand for.</summary>
    private static string Plain(string name)
    {
        string plain = name.Replace("std::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string", StringComparison.Ordinal);
        foreach (string stream in (string[])["istream", "ostream", "iostream"]) plain = plain.Replace($"std::basic_{stream}<char, std::char_traits<char> >", $"std::{stream}", StringComparison.Ordinal);
        foreach (string of in (string[])["string", "istream", "ostream", "iostream"])
            plain = plain.Replace($"std::{of}::basic_{of}", $"std::{of}::{of}", StringComparison.Ordinal).Replace($"std::{of}::~basic_{of}", $"std::{of}::~{of}", StringComparison.Ordinal);
        return plain.Replace(" ", "", StringComparison.Ordinal);
    }

    private static async Task<string[]> Run(string command, IEnumerable<string> arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        string[] lines = (await output).TrimEnd('\n').Split('\n');
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return lines;
    }
}

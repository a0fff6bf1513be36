using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>The published program on recordings of another tool: TraceEvent names types as text, which only compilation ahead of time may lose.</summary>
public sealed class ReportTests
{
    private static readonly string Trace = Path.Join(Repository.Root, "artifacts/tools/dotnet-trace");

    [Fact]
    public async Task A_recording_of_dotnet_trace_is_told_and_handed_on()
    {
        Assert.SkipUnless(File.Exists(Trace), $"{Trace} is missing: make tools installs it, where there is a network.");
        using Scratch scratch = new();
        string file = scratch.PathOf("trace.nettrace"), speedscope = scratch.PathOf("a.json"), folded = scratch.PathOf("a.folded"), pprof = scratch.PathOf("a.pb.gz");
        await using (TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "20"))
        {
            Command recorded = await Command.Run(
                Trace, ["collect", "-p", program.Pid.ToString(CultureInfo.InvariantCulture), "-o", file, "--duration", "00:00:03", "--providers", "Microsoft-DotNETCore-SampleProfiler"], within: TimeSpan.FromSeconds(40));
            Assert.True(recorded.ExitCode == 0, recorded.Output + recorded.Error);
        }

        Command text = await Command.Run(Repository.Program, ["report", file, "--speedscope", speedscope, "--folded", folded, "--pprof", pprof]);
        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        Assert.Contains("in Troubles.Burn.Seventy() itself", text.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not whole", text.Output, StringComparison.Ordinal);
        Assert.Contains(File.ReadLines(folded), static line => line.Contains("Troubles.Burn.Work();Troubles.Burn.Seventy() ", StringComparison.Ordinal));
        using (var json = JsonDocument.Parse(await File.ReadAllTextAsync(speedscope, TestContext.Current.CancellationToken))) Assert.NotEmpty(json.RootElement.GetProperty("profiles").EnumerateArray());
        Assert.Equal([0x1f, 0x8b], (await File.ReadAllBytesAsync(pprof, TestContext.Current.CancellationToken))[..2]);

        Command machine = await Command.Run(Repository.Program, ["report", file, "--output", "json"]);
        JsonElement report = JsonDocument.Parse(machine.Output).RootElement;
        Assert.Equal("hot_method", report.GetProperty("findings")[0].GetProperty("kind").GetString());
        Assert.InRange(report.GetProperty("cpu").GetProperty("hot")[0].GetProperty("exclusive_part").GetDouble(), 0.6, 0.8);

        Command nowhere = await Command.Run(Repository.Program, ["report", file, "--folded", "/"]);
        Assert.Equal((1, "process-arsenal: Access to the path '/' is denied.\n"), (nowhere.ExitCode, nowhere.Error));

        // A part of it is told as far as it goes.
        byte[] whole = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(file, whole[..(whole.Length / 4)], TestContext.Current.CancellationToken);
        Command part = await Command.Run(Repository.Program, ["report", file]);
        Assert.Equal(0, part.ExitCode);
        Assert.Contains("! The file is not whole: it breaks off after", part.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_recording_is_refused()
    {
        using Scratch scratch = new();
        string file = scratch.PathOf("a.txt");
        await File.WriteAllTextAsync(file, "Hello", TestContext.Current.CancellationToken);
        Command refused = await Command.Run(Repository.Program, ["report", file]);
        Assert.Equal((1, "", $"process-arsenal: {file}: it is no recording of .nettrace: it does not begin with 'Nettrace'.\n"), (refused.ExitCode, refused.Output, refused.Error));
        string pipe = scratch.PathOf("pipe");
        await Command.Run("mkfifo", [pipe]);
        foreach (string empty in (string[])[pipe, "/dev/zero"])
            Assert.Equal((1, $"process-arsenal: {empty}: it is empty, or no regular file: save what comes to a file first.\n"), await Outcome("report", empty));
        Assert.Equal((2, "process-arsenal: a file is named twice: each form needs one of its own, and the recording stays as it is.\n"), await Outcome("report", file, "--folded", Path.Join(Path.GetDirectoryName(file), ".", "a.txt")));
        Assert.Equal("Hello", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Command missing = await Command.Run(Repository.Program, ["report", file + "x"]);
        Assert.Equal((1, $"process-arsenal: {file}x: Could not find file '{file}x'.\n"), (missing.ExitCode, missing.Error));
    }

    private static async Task<(int Code, string Error)> Outcome(params string[] arguments)
    {
        Command command = await Command.Run(Repository.Program, arguments);
        return (command.ExitCode, command.Error);
    }
}

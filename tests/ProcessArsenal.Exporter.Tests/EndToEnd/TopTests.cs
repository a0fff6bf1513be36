using System.Globalization;
using System.Text.RegularExpressions;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>The published <c>top</c> on a terminal.</summary>
public sealed partial class TopTests
{
    private const int Width = 110, Height = 30;

    /// <summary>Prints the modes of the terminal before and after, and how the program ended.</summary>
    private static string Between(string run) => $"stty -g; {run}; echo code=$?; stty -g";

    private static string Top(string arguments = "") => $"{Repository.Program} top --interval 250ms --config /dev/null {arguments}";

    [Fact]
    public async Task Comes_up_with_hundreds_of_processes_reacts_to_keys_and_gives_the_terminal_back()
    {
        using Scratch scratch = new();
        await using Workload fleet = await Workload.Start(scratch, "topfleet");
        await fleet.Spawn(300);
        await using var terminal = PseudoTerminal.Start(Between(Top()), Width, Height);
        await terminal.Shows("the list", screen => screen.IsAlternate && Listed(screen) >= 300);
        Assert.False(terminal.Look(screen => screen.HasCursor || screen.Wraps));
        Assert.Equal(Height, terminal.Look(screen => screen.Text.Split('\n').Length));

        await terminal.Type("/name = \"topfleet\"\r");
        await terminal.Shows("the filter", screen => Listed(screen) == 301 && screen.Text.Contains("where name = \"topfleet\"", StringComparison.Ordinal));
        await terminal.Type("\e[6~");
        await terminal.Shows("the second page", screen => !screen.Text.Contains("\n1-", StringComparison.Ordinal) && Listed(screen) == 301);
        await terminal.Type("g");
        await terminal.Shows("one group of 301", screen => Regex.IsMatch(screen.Text, "^ +301 .* topfleet$", RegexOptions.Multiline));
        await terminal.Type("gm");
        await terminal.Shows("the order", screen => screen.Text.Contains("by memory", StringComparison.Ordinal));
        await terminal.Type("/\u0015bogus > 1\r");
        await terminal.Shows("the error", screen => screen.Text.Contains("position 1: ", StringComparison.Ordinal));
        await terminal.Type("\e");
        await terminal.Shows("the old filter", screen => screen.Text.Contains("where name = \"topfleet\"", StringComparison.Ordinal));
        await terminal.Type("?");
        await terminal.Shows("help", screen => screen.Text.Contains("Ctrl-C", StringComparison.Ordinal));
        await terminal.Type("q");
        await terminal.Shows("the list again", screen => !screen.Text.Contains("Ctrl-C", StringComparison.Ordinal));
        await terminal.Type("\r");
        await terminal.Shows("one process", screen => screen.Text.Contains("executable  ", StringComparison.Ordinal));
        await terminal.Type("\rq");
        Assert.Equal(0, await terminal.Ended());
        AssertGivenBack(terminal, code: 0);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    public async Task Gives_the_terminal_back_when_it_is_told_to_end(string signal)
    {
        // In the foreground, or it would not be the terminal's.
        await using var terminal = PseudoTerminal.Start(
            Between($"timeout --foreground --preserve-status --signal={signal} 5 {Top()}"), Width, Height);
        await terminal.Shows("the list", screen => screen.IsAlternate && Listed(screen) > 0);
        Assert.Equal(0, await terminal.Ended());
        AssertGivenBack(terminal, code: 0);
    }

    [Fact]
    public async Task Gives_the_terminal_back_while_it_is_stopped_and_takes_it_again()
    {
        await using var terminal = PseudoTerminal.Start("set -m; " + Between($"{Top()}; echo stopped; fg"), Width, Height);
        await terminal.Shows("the list", screen => screen.IsAlternate && Listed(screen) > 0);
        await terminal.Type("\u001a");
        await Eventually.True("it stopped and came back", () => Task.FromResult(Regex.Count(terminal.Output, "\e\\[\\?1049h") == 2), () => terminal.Output);
        Assert.Matches("(?s)\e\\[\\?1049l.*stopped.*\e\\[\\?1049h", terminal.Output);
        await terminal.Shows("the list again", screen => screen.IsAlternate && Listed(screen) > 0);
        await terminal.Type("q");
        Assert.Equal(0, await terminal.Ended());
        AssertGivenBack(terminal, code: 0);
    }

    [Fact]
    public async Task Follows_the_size_of_the_terminal()
    {
        await using var terminal = PseudoTerminal.Start(Between($"(sleep 2; stty cols 60 rows 12 </dev/tty) & {Top("--iterations 20")}"), Width, Height);
        await terminal.Shows("the list", screen => Listed(screen) > 0 && screen.Text.Contains("BLKIO%", StringComparison.Ordinal));
        await terminal.Shows("a smaller list", screen => Listed(screen) > 0 && !screen.Text.Contains("BLKIO%", StringComparison.Ordinal));
        Assert.All(terminal.Look(screen => screen.Text).Split('\n').Skip(12), line => Assert.Equal("", line));
        Assert.Equal(0, await terminal.Ended());
    }

    [Fact]
    public async Task A_terminal_that_only_prints_gets_text()
    {
        await using var terminal = PseudoTerminal.Start(Top("--iterations 2 --limit 3"), Width, Height, ("TERM", "dumb"));
        Assert.Equal(0, await terminal.Ended());
        Assert.DoesNotContain("\e[", terminal.Output, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(terminal.Output, "^ +PID ", RegexOptions.Multiline));
    }

    [Fact]
    public async Task No_colours_where_none_are_wanted()
    {
        await using var terminal = PseudoTerminal.Start(Top("--iterations 2"), Width, Height, ("NO_COLOR", "1"));
        Assert.Equal(0, await terminal.Ended());
        Assert.Contains("\e[7m", terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch("\e\\[[0-9;]*[34][0-9]m", terminal.Output);
    }

    private static int Listed(ScreenReader screen) =>
        Position().Match(screen.Text) is { Success: true } position ? int.Parse(position.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    private static void AssertGivenBack(PseudoTerminal terminal, int code)
    {
        Assert.True(terminal.Look(screen => screen is { IsAlternate: false, HasCursor: true, Wraps: true }));
        Assert.Empty(terminal.Look(screen => screen.Unknown));
        Assert.Contains($"code={code}", terminal.Output, StringComparison.Ordinal);
        string[] modes = [.. Modes().Matches(terminal.Output).Select(match => match.Value)];
        Assert.Equal(2, modes.Length);
        Assert.Equal(modes[0], modes[1]);
    }

    [GeneratedRegex("^[0-9]+-[0-9]+ of ([0-9]+)", RegexOptions.Multiline)]
    private static partial Regex Position();

    /// <summary>What stty -g prints.</summary>
    [GeneratedRegex("[0-9a-f]+(:[0-9a-f]+){10,}")]
    private static partial Regex Modes();
}

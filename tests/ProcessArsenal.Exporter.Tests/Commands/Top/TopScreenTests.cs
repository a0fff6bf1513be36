using System.Globalization;
using ProcessArsenal.Exporter.Commands;
using ProcessArsenal.Exporter.Commands.Top;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.Commands.Top;

public sealed class TopScreenTests
{
    private static readonly TopState Plain = new();

    [Theory]
    [InlineData(80, 24)]
    [InlineData(200, 50)]
    [InlineData(20, 5)]
    public void Screens_are_golden(int width, int height) =>
        Golden.Check(string.Create(CultureInfo.InvariantCulture, $"tests/golden/top-{width}x{height}.txt"), TopRows.Draw(Plain, width, height));

    [Fact]
    public void Groups_are_golden() =>
        Golden.Check("tests/golden/top-groups-100x24.txt", TopRows.Draw(Plain with { Grouped = true, Kernel = true, Sort = ColumnCatalogue.Find("memory") }, 100, 24));

    [Fact]
    public void Help_is_golden() => Golden.Check("tests/golden/top-keys-120x24.txt", TopRows.Draw(Plain with { Overlay = Overlay.Help }, 120, 24));

    [Fact]
    public void One_process_is_golden() =>
        Golden.Check("tests/golden/top-process-80x30.txt", TopRows.Draw(Plain with { Overlay = Overlay.Process, Cursor = 1 }, 80, 30));

    [Fact]
    public void A_wrong_filter_is_shown_with_its_place_and_the_old_one_stays()
    {
        TopState state = Plain with { Where = Parse("cpu > 30%") };
        foreach (Key key in (Key[])[Key.Of('/'), new Key(KeyKind.Control, new('u')), .. "memry > 1MiB".Select(Key.Of), new Key(KeyKind.Enter)])
            state = TopKeys.Press(state, key, 2, 10);
        string[] lines = TopRows.Draw(state, 100, 24).TrimEnd('\n').Split('\n');
        Assert.Equal("/memry > 1MiB", lines[^1].TrimEnd());
        Assert.StartsWith("position 1: ", lines[^2], StringComparison.Ordinal);
        Assert.Contains("did you mean 'memory'", lines[^2], StringComparison.Ordinal);
        Assert.Equal("cpu > 30%", state.Where!.Text);
        Assert.Equal(2, lines.Count(line => line.Contains("dotnet /srv", StringComparison.Ordinal) || line.Contains("postgres -D", StringComparison.Ordinal)));
    }

    /// <summary>Whatever the size, there is no line too many and none too wide, and nothing throws.</summary>
    [Fact]
    public void Every_size_fits()
    {
        TopState[] states =
        [
            Plain, Plain with { Grouped = true }, Plain with { Overlay = Overlay.Help }, Plain with { Overlay = Overlay.Process },
            Plain with { Prompt = new FilterPrompt("cpu > \"日本語\"", 9, new ExpressionError("wrong", 3)) }, Plain with { Paused = true, Cursor = 1000 },
        ];
        ProcessRow[] rows = TopRows.Machine();
        for (int width = 1; width < 210; width += width < 30 ? 1 : 13)
            for (int height = 1; height < 60; height += height < 26 ? 1 : 7)
                foreach (TopState state in states)
                {
                    string[] lines = TopRows.Draw(state, width, height, rows).TrimEnd('\n').Split('\n');
                    Assert.True(lines.Length <= height, $"{lines.Length} lines on {width}x{height}");
                    Assert.All(lines, line => Assert.Equal(Terminal.Cut(line, width), line));
                }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_processes_call_themselves_drives_no_terminal(bool colours)
    {
        StyleSupport support = colours ? StyleSupport.Colours : StyleSupport.Monochrome;
        string[] known = ["\e[0m", .. Enum.GetValues<Style>().Select(style => StyleCodes.Of(style, support)).Where(code => code.Length > 0)];
        string screen = TopRows.Draw(Plain with { Overlay = Overlay.None }, 200, 60, support: support);
        foreach (string code in known) screen = screen.Replace(code, "", StringComparison.Ordinal);
        screen = System.Text.RegularExpressions.Regex.Replace(screen, "\e\\[[0-9]+G", "");
        Assert.DoesNotContain(screen, character => char.IsControl(character) && character != '\n');
        Assert.DoesNotContain(screen, character => character is '\u202E' || char.GetUnicodeCategory(character) is UnicodeCategory.Format);
        Assert.Contains("\uFFFD]0;owned\uFFFD\uFFFD[2J\uFFFD\uFFFD\uFFFDevil\u0301\u0301 \uFFFD 日本語 👍", screen, StringComparison.Ordinal);
        Assert.Equal(60, screen.Count(character => character == '\n'));
    }

    [Fact]
    public void Without_colours_there_are_none() =>
        Assert.DoesNotMatch("\e\\[[0-9;]*[34][0-9]m", TopRows.Draw(Plain, 200, 50, support: StyleSupport.Monochrome));

    [Fact]
    public void A_missing_value_is_a_dash()
    {
        ProcessRow[] rows = [TopRows.Row(7, cpu: null, wait: null, memoryPages: null, read: null, write: null, fds: null, seconds: null, user: null, group: null)];
        string line = TopRows.Draw(Plain, 200, 20, rows).Split('\n').Single(line => line.Contains("worker", StringComparison.Ordinal));
        Assert.Equal(["7", "-", "-", "S", "-", "-", "-", "-", "-", "-", "1", "-", "-", "worker"], line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData(null, Unit.Percent, 6, "-")]
    [InlineData(0.123, Unit.Percent, 6, "12.3")]
    [InlineData(123.456, Unit.Percent, 6, "12346")]
    [InlineData(65_536d, Unit.Count, 5, "65536")]
    [InlineData(1_048_576d, Unit.Count, 5, "1048k")]
    [InlineData(1e12, Unit.Count, 5, "#")]
    [InlineData(86_400d * 99, Unit.Age, 6, "99d00h")]
    [InlineData(86_400d * 1234, Unit.Age, 6, "1234d")]
    public void A_number_is_never_cut(double? value, object unit, int width, string expected) =>
        Assert.Equal(expected, Column.Format(value, (Unit)unit, width));

    private static Expression Parse(string text)
    {
        Assert.True(Expression.TryParse(text, out Expression? expression, out ExpressionError? error), error?.Message);
        return expression;
    }
}

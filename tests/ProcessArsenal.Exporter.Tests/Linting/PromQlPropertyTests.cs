using CsCheck;
using ProcessArsenal.Exporter.Linting;
using ProcessArsenal.Exporter.Linting.PromQl;
using ProcessArsenal.Exporter.Tests.Kit;

namespace ProcessArsenal.Exporter.Tests.Linting;

public sealed class PromQlPropertyTests
{
    private static readonly string[] Pieces =
    [
        "sum", "by", "without", "(", ")", "[", "]", "{", "}", ",", "a", "b:c", "process_group_processes", "=", "=~", "!=", "==", "<", ">", "or", "and", "unless", "on", "ignoring", "group_left", "bool",
        "offset", "@", "start()", "5m", "1e9", ".5", "\"x\"", "'", "`", "\\", "+", "-", "*", "^", "#", "\n", " ", "absent", "label_replace", "topk", "count_values", "é", "\0", ":",
    ];

    private static readonly Gen<string> Piece = Gen.Int[0, Pieces.Length - 1].Select(static i => Pieces[i]);

    private static readonly Gen<string> Texts = Gen.OneOf(
        Piece.Array[0, 40].Select(pieces => string.Join(' ', pieces)), Piece.Array[0, 40].Select(pieces => string.Concat(pieces)), Gen.String[0, 60]);

    [Fact]
    public void Any_text_is_followed_or_refused_at_a_place_in_it() => Texts.Sample(text =>
    {
        try
        {
            Assert.True(LabelFlow.Of(PromParser.Parse(text)).Count <= LabelFlow.MaxAlternatives);
        }
        catch (PromSyntaxException refused)
        {
            Assert.InRange(refused.Start, 0, text.Length);
            Assert.NotEmpty(refused.Message);
        }
    });

    [Theory]
    [InlineData("(")]
    [InlineData("-(")]
    [InlineData("sum(")]
    [InlineData("a^")]
    [InlineData("a or ")]
    [InlineData("a[")]
    public void Deep_and_long_ones_are_bounded(string piece)
    {
        string text = string.Concat(Enumerable.Repeat(piece, 20_000)) + "a";
        try
        {
            Assert.Equal(LabelFlow.MaxAlternatives, LabelFlow.Of(PromParser.Parse(text)).Count);
        }
        catch (PromSyntaxException)
        {
            return;
        }
        Assert.StartsWith("a or", text, StringComparison.Ordinal);
    }

    /// <summary>What promtool takes, we understand.</summary>
    [Fact]
    public void Every_alert_of_ours_is_understood_and_those_that_ask_for_it_can_be_acted_upon()
    {
        Assert.All(AlertFiles.Alerts, alert => Assert.NotEmpty(LabelFlow.Of(PromParser.Parse(alert.Expression))));
        Assert.True(AlertFiles.Alerts.Count(alert => alert.Labels.ContainsKey("process_arsenal")) > 15);
    }
}

using CsCheck;
using ProcessArsenal.Exporter.Commands.Top;

namespace ProcessArsenal.Exporter.Tests.Commands.Top;

public sealed class TopKeysTests
{
    private const int Count = 100, Page = 10;

    private static readonly Gen<string>[] Typed = [Gen.Const("a"), Gen.Const(" "), Gen.Const("é"), Gen.Const("日"), Gen.Const("👍")];

    private static TopState Press(TopState state, params IEnumerable<Key> keys) => keys.Aggregate(state, (s, key) => TopKeys.Press(s, key, Count, Page));

    private static IEnumerable<Key> Text(string text) => text.Select(Key.Of);

    private static readonly Key Enter = new(KeyKind.Enter), Escape = new(KeyKind.Escape);

    [Fact]
    public void Moves_by_line_and_by_page_and_to_the_ends()
    {
        var state = new TopState();
        Assert.Equal((0, 0), At(Press(state, new Key(KeyKind.Up))));
        Assert.Equal((10, 1), At(Press(state, Enumerable.Repeat(new Key(KeyKind.Down), 10))));
        Assert.Equal((10, 10), At(Press(state, new Key(KeyKind.PageDown))));
        Assert.Equal((99, 90), At(Press(state, new Key(KeyKind.End))));
        Assert.Equal((99, 90), At(Press(state, Enumerable.Repeat(new Key(KeyKind.PageDown), 20))));
        Assert.Equal((89, 80), At(Press(state, new Key(KeyKind.End), new Key(KeyKind.PageUp))));
        Assert.Equal((0, 0), At(Press(state, new Key(KeyKind.End), new Key(KeyKind.Home))));
    }

    [Fact]
    public void The_cursor_stays_in_a_list_that_shrinks()
    {
        var state = new TopState { Cursor = 99, Offset = 90 };
        Assert.Equal((4, 0), At(state.Within(5, 10)));
        Assert.Equal((0, 0), At(state.Within(0, 10)));
        Assert.Equal((99, 60), At(state.Within(100, 40)));
    }

    [Theory]
    [InlineData('c', "cpu")]
    [InlineData('m', "memory")]
    [InlineData('i', "io")]
    [InlineData('w', "wait")]
    [InlineData('b', "blkio")]
    [InlineData('t', "age")]
    [InlineData('p', "pid")]
    [InlineData('u', "user")]
    public void Sorts_by_a_key_from_the_top(char key, string word)
    {
        TopState state = Press(new TopState { Reversed = true, Cursor = 50, Offset = 45 }, Key.Of(key));
        Assert.Equal((word, false, 0, 0), (state.Sort.Word, state.Reversed, state.Cursor, state.Offset));
        Assert.True(Press(state, Key.Of('r')).Reversed);
    }

    [Fact]
    public void Groups_are_sorted_by_what_groups_have()
    {
        TopState state = Press(new TopState { Sort = ColumnCatalogue.Find("pid") }, Key.Of('g'));
        Assert.True(state.Grouped);
        Assert.Equal("cpu", state.Sort.Word);
        Assert.Equal("cpu", Press(state, Key.Of('u')).Sort.Word);
        Assert.Equal("memory", Press(state, Key.Of('m')).Sort.Word);
        Assert.False(Press(state, Key.Of('g')).Grouped);
    }

    [Fact]
    public void A_filter_is_taken_when_it_is_right()
    {
        TopState state = Press(new TopState(), [Key.Of('/'), .. Text("cpu > 5%")]);
        Assert.Null(state.Where);
        Assert.False(state.Quit); // A q in an expression is a letter.
        state = Press(state, Enter);
        Assert.Equal("cpu > 5%", state.Where!.Text);
        TopState edited = Press(state, [Key.Of('/'), new Key(KeyKind.Backspace), new Key(KeyKind.Backspace), Enter]);
        Assert.NotNull(edited.Prompt!.Error);
        Assert.Equal("cpu > 5%", edited.Where!.Text);
        Assert.Null(Press(edited, Key.Of('1')).Prompt!.Error);
        Assert.Equal("cpu > 5%", Press(edited, Escape).Where!.Text);
        Assert.Null(Press(edited, [new Key(KeyKind.End), new Key(KeyKind.Control, new('u')), Enter]).Where);
    }

    [Fact]
    public void An_interval_steps_and_stays_within_bounds()
    {
        TopState state = Press(new TopState(), Key.Of('+'));
        Assert.Equal(TimeSpan.FromSeconds(5), state.Interval);
        Assert.Equal(TimeSpan.FromSeconds(60), Press(state, Enumerable.Repeat(Key.Of('+'), 9)).Interval);
        Assert.Equal(TimeSpan.FromSeconds(0.25), Press(state, Enumerable.Repeat(Key.Of('-'), 9)).Interval);
        Assert.Equal(TimeSpan.FromSeconds(2), Press(new TopState { Interval = TimeSpan.FromSeconds(3) }, Key.Of('-')).Interval);
    }

    [Fact]
    public void Overlays_come_and_go_and_q_leaves_them_first()
    {
        TopState help = Press(new TopState(), Key.Of('?'));
        Assert.Equal(Overlay.Help, help.Overlay);
        Assert.Equal(Overlay.None, Press(help, Key.Of('q')).Overlay);
        Assert.False(Press(help, Key.Of('q')).Quit);
        Assert.Equal(Overlay.Process, Press(new TopState(), Enter).Overlay);
        Assert.Equal(Overlay.None, Press(new TopState(), Enter, Escape).Overlay);
        Assert.True(Press(new TopState(), Key.Of('q')).Quit);
        Assert.True(Press(help, new Key(KeyKind.Control, new('c'))).Quit);
    }

    [Fact]
    public void The_prompt_edits_whole_characters() =>
        Gen.Select(Gen.OneOf(Typed).Array[0, 12], Gen.Enum<KeyKind>().Array[0, 40]).Sample((typed, kinds) =>
        {
            FilterPrompt prompt = FilterPrompt.Of(string.Concat(typed));
            foreach (KeyKind kind in kinds)
            {
                prompt = prompt.Press(new Key(kind, kind == KeyKind.Control ? new('w') : new(0x1F44D)));
                Assert.InRange(prompt.Caret, 0, prompt.Text.Length);
                Assert.Equal(prompt.Text, string.Concat(prompt.Text.EnumerateRunes()));
                Assert.DoesNotContain('\uFFFD', prompt.Text);
                Assert.False(prompt.Caret < prompt.Text.Length && char.IsLowSurrogate(prompt.Text[prompt.Caret]));
            }
        }, iter: 2_000);

    private static (int, int) At(TopState state) => (state.Cursor, state.Offset);
}

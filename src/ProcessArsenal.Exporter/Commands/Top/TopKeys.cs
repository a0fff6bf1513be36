using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>From one state to the next, by a key. Pure.</summary>
internal static class TopKeys
{
    /// <param name="count">Lines of the list.</param>
    /// <param name="page">Lines of it that the screen has room for.</param>
    public static TopState Press(TopState state, Key key, int count, int page)
    {
        if (key is { Kind: KeyKind.Control, Character.Value: 'c' or 'd' }) return state with { Quit = true };
        if (state.Prompt is { } prompt) return Type(state, prompt, key);
        if (state.Overlay != Overlay.None && Leaves(key)) return state with { Overlay = Overlay.None };
        return (key.Kind == KeyKind.Character ? Command(state, (char)key.Character.Value) : Move(state, key, count, page)).Within(count, page);
    }

    private static TopState Command(TopState state, char key)
    {
        switch (key)
        {
            case 'q': return state with { Quit = true };
            case 'h' or '?': return state with { Overlay = Overlay.Help };
            case ' ': return state with { Paused = !state.Paused };
            case 'r': return state with { Reversed = !state.Reversed };
            case 'g': return state with { Grouped = !state.Grouped, Cursor = 0, Offset = 0, Sort = state.Grouped || IsForGroups(state.Sort) ? state.Sort : ColumnCatalogue.Default };
            case 'k': return state with { Kernel = !state.Kernel };
            case '/': return state with { Prompt = FilterPrompt.Of(state.Where?.Text ?? ""), Overlay = Overlay.None };
            case '+' or '=': return state with { Interval = TopState.Intervals.FirstOrDefault(longer => longer > state.Interval, state.Interval) };
            case '-' or '_': return state with { Interval = TopState.Intervals.LastOrDefault(shorter => shorter < state.Interval, state.Interval) };
        }
        Column? column = Array.Find(ColumnCatalogue.All, column => column.Key == key && key != '\0');
        if (column is null || (state.Grouped && !IsForGroups(column))) return state;
        return state with { Sort = column, Reversed = false, Cursor = 0, Offset = 0 };
    }

    private static TopState Move(TopState state, Key key, int count, int page) => key.Kind switch
    {
        KeyKind.Up => state with { Cursor = state.Cursor - 1 },
        KeyKind.Down => state with { Cursor = state.Cursor + 1 },
        // The page itself moves, and the cursor with it.
        KeyKind.PageUp => state with { Cursor = state.Cursor - page, Offset = Math.Max(0, state.Offset - page) },
        KeyKind.PageDown => state with { Cursor = state.Cursor + page, Offset = state.Offset + page },
        KeyKind.Home => state with { Cursor = 0 },
        KeyKind.End => state with { Cursor = count - 1 },
        KeyKind.Enter => state with { Overlay = state.Grouped ? Overlay.None : Overlay.Process },
        _ => state,
    };

    /// <summary>The old filter stays until the new one is right.</summary>
    private static TopState Type(TopState state, FilterPrompt prompt, Key key)
    {
        if (key.Kind == KeyKind.Escape) return state with { Prompt = null };
        if (key.Kind != KeyKind.Enter) return state with { Prompt = prompt.Press(key) };
        if (string.IsNullOrWhiteSpace(prompt.Text)) return state with { Prompt = null, Where = null, Cursor = 0, Offset = 0 };
        if (!Expression.TryParse(prompt.Text, out Expression? where, out ExpressionError? error))
            return state with { Prompt = prompt with { Error = error, Caret = Math.Min(error.Position, prompt.Text.Length) } };
        return state with { Prompt = null, Where = where, Cursor = 0, Offset = 0 };
    }

    /// <summary>Movement goes on below an overlay about a process; all else takes the overlay away.</summary>
    private static bool Leaves(Key key) => key.Kind is KeyKind.Escape or KeyKind.Enter || key.IsCharacter('q') || key.IsCharacter('?') || key.IsCharacter('h');

    /// <summary>A group has a name, and what its members can be folded into.</summary>
    public static bool IsForGroups(Column column) => column.Fold != Fold.None || column.Word == "group";
}

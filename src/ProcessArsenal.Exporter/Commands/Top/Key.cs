using System.Text;

namespace ProcessArsenal.Exporter.Commands.Top;

internal enum KeyKind : byte
{
    /// <summary>A printable character.</summary>
    Character,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    Enter,
    Escape,
    Backspace,
    Delete,

    /// <summary>Control and a letter: <see cref="Key.Character"/> is the letter.</summary>
    Control,
}

/// <summary>A key as pressed.</summary>
internal readonly record struct Key(KeyKind Kind, Rune Character = default)
{
    public static Key Of(char character) => new(KeyKind.Character, new Rune(character));

    public bool IsCharacter(char character) => Kind == KeyKind.Character && Character.Value == character;
}

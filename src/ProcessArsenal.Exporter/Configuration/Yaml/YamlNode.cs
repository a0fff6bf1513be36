using YamlDotNet.Core;

namespace ProcessArsenal.Exporter.Configuration.Yaml;

/// <summary>A place in a text, line and column from 1, columns in UTF-16 units.</summary>
internal readonly record struct Position(int Line, int Column)
{
    public static Position From(Mark mark) => new((int)mark.Line, (int)mark.Column);
}

/// <summary>A node of a configuration text, with where it is.</summary>
internal abstract record YamlNode(Position Start)
{
    /// <summary>What it is, for "..., not a list".</summary>
    public abstract string Kind { get; }
}

internal sealed record YamlScalar(Position Start, string Text, ScalarStyle Style, Position End) : YamlNode(Start)
{
    public bool IsPlain => Style is ScalarStyle.Plain or ScalarStyle.Any;

    /// <summary>Nothing, or one of the ways to write nothing (YAML 1.2, 10.3.2).</summary>
    public bool IsNull => IsPlain && Text is ("" or "~" or "null" or "Null" or "NULL");

    public override string Kind => IsNull ? "nothing" : "a single value";

    /// <summary>A value given outside of any file.</summary>
    public static YamlScalar Of(string text) => new(default, text, ScalarStyle.Plain, default);

    /// <summary>Where the character at an offset of the value is in the text; null if that can't be told
    /// (several lines, or escapes before it).</summary>
    public Position? Locate(int offset)
    {
        if (Start.Line != End.Line || Start.Line == 0 || offset < 0 || offset > Text.Length) return null;
        int quote = IsPlain ? 0 : 1;
        int written = End.Column - Start.Column - 2 * quote;
        if (written == Text.Length) return Start with { Column = Start.Column + quote + offset };
        // In single quotes a quote is written twice, and that is all there is.
        return Style == ScalarStyle.SingleQuoted
            ? Start with { Column = Start.Column + quote + offset + Text.AsSpan(0, offset).Count('\'') } : null;
    }
}

internal sealed record YamlSequence(Position Start, List<YamlNode> Items, bool IsFlow) : YamlNode(Start)
{
    public override string Kind => "a list";
}

internal sealed record YamlMapping(Position Start, List<(YamlScalar Key, YamlNode Value)> Entries, bool IsFlow) : YamlNode(Start)
{
    public override string Kind => "a mapping";
}

/// <summary>Something that was refused while reading; the error is already reported, and the binder passes over it.</summary>
internal sealed record YamlRefused(Position Start) : YamlNode(Start)
{
    public override string Kind => "something refused";
}

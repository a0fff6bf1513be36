namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>How a text stands out.</summary>
internal enum Style : byte
{
    Plain,
    Strong,
    Faint,

    /// <summary>The line of headings.</summary>
    Heading,

    /// <summary>The heading of the column that is sorted by.</summary>
    Sorted,

    /// <summary>The line under the cursor.</summary>
    Marked,
    Good,
    Remarkable,
    Alarming,
}

/// <summary>Whether and how styles are written.</summary>
internal enum StyleSupport : byte
{
    /// <summary>Text alone, and no trailing blanks.</summary>
    None,

    /// <summary>Bold, faint and reversed, but no colours (https://no-color.org).</summary>
    Monochrome,
    Colours,
}

/// <summary>Select graphic rendition (ECMA-48 8.3.117), by style.</summary>
internal static class StyleCodes
{
    private static readonly string[] Colours = ["", "\e[1m", "\e[2m", "\e[30;47m", "\e[1;30;46m", "\e[7m", "\e[32m", "\e[33m", "\e[1;31m"];
    private static readonly string[] Monochrome = ["", "\e[1m", "\e[2m", "\e[7m", "\e[1;7m", "\e[7m", "", "\e[1m", "\e[1m"];

    public const string Reset = "\e[0m";

    public static string Of(Style style, StyleSupport support) => support switch
    {
        StyleSupport.Colours => Colours[(int)style],
        StyleSupport.Monochrome => Monochrome[(int)style],
        _ => "",
    };
}

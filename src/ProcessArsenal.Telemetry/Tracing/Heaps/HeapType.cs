using System.Text;

namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>How types are called, as tools for .gcdump do: <c>System.Collections.Generic.List&lt;Shop.Order&gt;</c>, <c>Shop.Order[]</c>.</summary>
internal static class HeapType
{
    /// <summary>Those whose name was not told.</summary>
    public const string Unnamed = "a type without a name";

    /// <summary>What the runtime calls a type: <c>System.Collections.Generic.List`1[Shop.Order]</c>.</summary>
    /// <param name="name">Chosen by the target.</param>
    public static string NameOf(ReadOnlySpan<char> name)
    {
        var text = new StringBuilder(name.Length);
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (c == '`' && i + 1 < name.Length && char.IsAsciiDigit(name[i + 1]))
            {
                while (i + 1 < name.Length && char.IsAsciiDigit(name[i + 1])) i++;
                continue;
            }
            if (c == '[')
            {
                int end = i + 1;
                while (end < name.Length && name[end] == ',') end++;
                if (end < name.Length && name[end] == ']')
                {
                    text.Append(name[i..(end + 1)]); // An array, of one dimension or more.
                    i = end;
                    continue;
                }
                c = '<';
            }
            if (c == ']') c = '>';
            text.Append(char.IsControl(c) ? '?' : c);
        }
        return text.ToString();
    }
}

using System.Text;
using System.Text.RegularExpressions;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>What a terminal would show of the bytes that it was sent: enough of one for a program that places whole lines.</summary>
internal sealed partial class ScreenReader(int width, int height)
{
    private readonly char[][] _alternate = Empty(width, height);
    private readonly StringBuilder _rest = new();
    private int _row;
    private int _column;

    /// <summary>The alternate screen is shown.</summary>
    public bool IsAlternate { get; private set; }

    public bool HasCursor { get; private set; } = true;

    public bool Wraps { get; private set; } = true;

    /// <summary>Sequences that this terminal does not know: a program that sends one is drawn wrongly here.</summary>
    public List<string> Unknown { get; } = [];

    /// <summary>The lines of the alternate screen.</summary>
    public string Text => string.Join('\n', _alternate.Select(line => new string(line).TrimEnd()));

    public void Feed(string output)
    {
        string text = _rest.Append(output).ToString();
        _rest.Clear();
        for (int at = 0; at < text.Length;)
        {
            if (text[at] != '\e')
            {
                Put(text[at++]);
                continue;
            }
            Match sequence = Sequence().Match(text, at);
            if (!sequence.Success)
            {
                _rest.Append(text, at, text.Length - at);
                return;
            }
            Obey(sequence.Value, sequence.Groups["parameters"].Value, sequence.Groups["final"].Value);
            at += sequence.Length;
        }
    }

    private void Obey(string sequence, string parameters, string final)
    {
        int[] numbers = [.. parameters.TrimStart('?').Split(';').Select(number => int.TryParse(number, out int value) ? value : 0)];
        switch (final)
        {
            case "H":
                (_row, _column) = (Math.Max(1, numbers[0]) - 1, numbers.Length > 1 ? Math.Max(1, numbers[1]) - 1 : 0);
                break;
            case "G":
                _column = Math.Max(1, numbers[0]) - 1;
                break;
            case "K":
                Array.Fill(_alternate[_row], ' ', Math.Min(_column, width - 1), width - Math.Min(_column, width - 1));
                break;
            case "J" when numbers[0] == 2:
                foreach (char[] line in _alternate) Array.Fill(line, ' ');
                break;
            case "h" or "l" when parameters.StartsWith('?'):
                Set(numbers[0], final == "h");
                break;
            case "m" or "=" or ">":
                break;
            default:
                Unknown.Add(sequence.Replace('\e', '^'));
                break;
        }
    }

    private void Set(int mode, bool on)
    {
        if (mode == 1049) IsAlternate = on;
        if (mode == 25) HasCursor = on;
        if (mode == 7) Wraps = on;
    }

    private void Put(char character)
    {
        if (!IsAlternate || char.IsControl(character)) return;
        if (_row < height && _column < width) _alternate[_row][_column] = character;
        _column++;
    }

    private static char[][] Empty(int width, int height) => [.. Enumerable.Range(0, height).Select(_ => new string(' ', width).ToCharArray())];

    [GeneratedRegex(@"\G\e(?:\[(?<parameters>[0-9;?]*)(?<final>[@-~])|(?<final>[=>]))")]
    private static partial Regex Sequence();
}

using System.Globalization;
using System.Text;
using Spectre.Console;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>A screen being drawn, line by line. Whatever is written to it ends at the right edge, and drives no terminal: it is made printable
/// here, once, whoever chose it. Used again for the next frame.</summary>
internal sealed class Frame(StyleSupport support)
{
    /// <summary>More marks than any language puts on one letter would only be there to spill over other lines.</summary>
    private const int MostMarks = 2;

    private readonly List<int> _ends = [];
    private readonly List<bool> _full = [];
    private char[] _text = new char[16 * 1024];
    private int _length;
    private int _textEnd;
    private bool _isUneven;

    public StyleSupport Support => support;

    public int Width { get; private set; }

    public int Height { get; private set; }

    public int LineCount => _ends.Count;

    /// <summary>Columns used of the current line.</summary>
    public int Column { get; private set; }

    /// <summary>The style of all that is written, over that of its parts.</summary>
    public Style LineStyle { get; set; }

    public void Begin(int width, int height)
    {
        (Width, Height) = (width, height);
        _ends.Clear();
        _full.Clear();
        _length = 0;
        BeginLine();
    }

    /// <summary>One line, with its styles.</summary>
    public ReadOnlySpan<char> Line(int index)
    {
        int start = index == 0 ? 0 : _ends[index - 1];
        return _text.AsSpan(start, _ends[index] - start);
    }

    /// <summary>Whether a line reaches the right edge.</summary>
    public bool IsFull(int index) => _full[index];

    /// <summary>Writes up to so many columns of a text.</summary>
    public void Write(ReadOnlySpan<char> text, Style style = Style.Plain, int most = int.MaxValue)
    {
        int edge = most < Width - Column ? Column + most : Width;
        string code = StyleCodes.Of(LineStyle == Style.Plain ? style : LineStyle, support);
        Append(code);
        WritePrintable(text, edge);
        if (code.Length > 0) Append(StyleCodes.Reset);
    }

    /// <summary>Writes a text into a field of so many columns.</summary>
    public void Field(ReadOnlySpan<char> text, int width, bool right, Style style = Style.Plain)
    {
        int start = Column;
        if (right) Skip(width - text.Length); // numbers are ASCII
        Write(text, style, start + width - Column);
        Skip(start + width - Column);
    }

    /// <summary>Leaves columns empty.</summary>
    public void Skip(int columns)
    {
        columns = Math.Min(columns, Width - Column);
        if (columns <= 0) return;
        string code = StyleCodes.Of(LineStyle, support);
        Append(code);
        EnsureRoom(columns);
        _text.AsSpan(_length, columns).Fill(' ');
        _length += columns;
        Column += columns;
        if (code.Length > 0) Append(StyleCodes.Reset);
        if (!_isUneven || support == StyleSupport.None) return;
        // Terminals differ on how wide some characters are: go where the next field begins, whatever was drawn.
        Append(string.Create(CultureInfo.InvariantCulture, $"\e[{Column + 1}G"));
        _isUneven = false;
    }

    public void EndLine()
    {
        if (LineStyle != Style.Plain) Skip(Width - Column);
        if (support == StyleSupport.None) _length = _textEnd;
        _ends.Add(_length);
        _full.Add(Column >= Width);
        BeginLine();
    }

    private void BeginLine()
    {
        Column = 0;
        LineStyle = Style.Plain;
        _isUneven = false;
        _textEnd = _length;
    }

    private void WritePrintable(ReadOnlySpan<char> text, int edge)
    {
        int marks = 0;
        while (!text.IsEmpty && Column < edge)
        {
            if (text[0] is >= ' ' and < '\x7f')
            {
                EnsureRoom(1);
                _text[_length++] = text[0];
                if (text[0] != ' ') _textEnd = _length;
                Column++;
                marks = 0;
                text = text[1..];
                continue;
            }
            _ = Rune.DecodeFromUtf16(text, out Rune rune, out int used);
            text = text[used..];
            if (Terminal.IsHidden(rune)) rune = Rune.ReplacementChar;
            int width = Math.Max(0, rune.ToString().GetCellWidth());
            if (Column + width > edge) return;
            marks = width == 0 ? marks + 1 : 0;
            if (marks > MostMarks || (width == 0 && Column == 0)) continue;
            EnsureRoom(2);
            _length += rune.EncodeToUtf16(_text.AsSpan(_length));
            _textEnd = _length;
            Column += width;
            _isUneven = true;
        }
    }

    /// <summary>Codes, which take no column.</summary>
    private void Append(string code)
    {
        EnsureRoom(code.Length);
        code.CopyTo(_text.AsSpan(_length));
        _length += code.Length;
    }

    private void EnsureRoom(int more)
    {
        if (_length + more > _text.Length) Array.Resize(ref _text, Math.Max(_text.Length * 2, _length + more));
    }
}

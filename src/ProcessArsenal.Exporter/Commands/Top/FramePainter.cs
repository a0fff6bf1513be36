using System.Buffers;
using System.Globalization;
using System.Text;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>Turns a frame into one piece of bytes: the lines that differ from those on the screen, each where it belongs, without clearing what
/// is about to be drawn.</summary>
internal sealed class FramePainter
{
    // Terminals that know synchronized output show the frame at once; the others pass over it.
    private const string BeginUpdate = "\e[?2026h", EndUpdate = "\e[?2026l", ToEndOfLine = "\e[K";

    private readonly ArrayBufferWriter<byte> _bytes = new(32 * 1024);
    private readonly List<string> _shown = [];
    private (int, int) _size;

    /// <summary>Whatever is on the screen, it is not what was last painted.</summary>
    public void Forget() => _size = default;

    public ReadOnlySpan<byte> Paint(Frame frame)
    {
        _bytes.ResetWrittenCount();
        Put(BeginUpdate);
        if (_size != (frame.Width, frame.Height))
        {
            _size = (frame.Width, frame.Height);
            _shown.Clear();
            Put("\e[0m\e[2J");
        }
        int lines = Math.Min(frame.LineCount, frame.Height);
        for (int i = 0; i < Math.Max(lines, _shown.Count); i++)
        {
            ReadOnlySpan<char> line = i < lines ? frame.Line(i) : default;
            if (i == _shown.Count) _shown.Add("");
            if (line.SequenceEqual(_shown[i])) continue;
            _shown[i] = line.ToString();
            Put(string.Create(CultureInfo.InvariantCulture, $"\e[{i + 1};1H"));
            Put(line);
            // After the last column the cursor still stands on it, and the character would be wiped out again.
            if (i >= lines || !frame.IsFull(i)) Put(ToEndOfLine);
        }
        Put(EndUpdate);
        return _bytes.WrittenSpan;
    }

    private void Put(ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, _bytes);
}

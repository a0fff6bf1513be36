using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>
/// The text format 0.0.4, stricter than Prometheus itself: HELP and TYPE once, before the family's first series; a family in one
/// piece; no series twice; only the escapes the format knows; no timestamps; the last line ended.
/// </summary>
internal sealed partial class MetricsPageParser(string text)
{
    private static readonly string[] KnownTypes = ["counter", "gauge", "histogram", "summary", "untyped"];
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly HashSet<string> _helps = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<Series> _series = [];
    private string _family = "";
    private string _line = "";

    public MetricsPage Parse()
    {
        if (!text.EndsWith('\n'))
            throw new FormatException("The last line has no end.");
        foreach (string line in text[..^1].Split('\n'))
        {
            _line = line;
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
                Help(line[7..]);
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
                Type(line[7..]);
            else if (line.StartsWith('#'))
                continue;
            else if (line.Length > 0)
                Sample();
        }

        return new MetricsPage(_types, _series);
    }

    private void Help(string rest)
    {
        string name = rest.Split(' ')[0];
        if (!_helps.Add(name))
            throw Error("HELP twice");
        for (int i = rest.IndexOf('\\', StringComparison.Ordinal); i >= 0; i = rest.IndexOf('\\', i + 2))
            if (i + 1 == rest.Length || rest[i + 1] is not ('\\' or 'n'))
                throw Error("unknown escape in HELP");
    }

    private void Type(string rest)
    {
        string[] words = rest.Split(' ');
        if (words.Length != 2 || !KnownTypes.Contains(words[1]) || !NamePattern().IsMatch(words[0]))
            throw Error("bad TYPE");
        if (!_types.TryAdd(words[0], words[1]))
            throw Error("TYPE twice");
        _family = words[0];
    }

    private void Sample()
    {
        int end = _line.AsSpan().IndexOfAny('{', ' ');
        if (end <= 0 || !NamePattern().IsMatch(_line[..end]))
            throw Error("bad name");
        string name = _line[..end];
        if (name != _family && !IsPartOf(name, _family))
            throw Error($"not of the family {_family} that was announced last");
        int at = end;
        SortedDictionary<string, string> labels = new(StringComparer.Ordinal);
        if (_line[at] == '{')
            at = Labels(at + 1, labels);
        if (at >= _line.Length || _line[at] != ' ')
            throw Error("no value");
        string value = _line[(at + 1)..];
        if (!_seen.Add(name + "|" + string.Join("|", labels.Select(l => l.Key + "=" + l.Value))))
            throw Error("series twice");
        _series.Add(new Series(name, labels, Number(value), _line));
    }

    private bool IsPartOf(string name, string family) => family.Length > 0 && name.StartsWith(family, StringComparison.Ordinal)
        && (_types[family], name[family.Length..]) is ("histogram", "_bucket" or "_sum" or "_count") or ("summary", "_sum" or "_count");

    private int Labels(int at, SortedDictionary<string, string> labels)
    {
        while (_line[at] != '}')
        {
            int equals = _line.IndexOf('=', at);
            if (equals < 0 || !LabelPattern().IsMatch(_line[at..equals]) || _line.Length <= equals + 1 || _line[equals + 1] != '"')
                throw Error("bad label");
            string name = _line[at..equals];
            StringBuilder value = new();
            for (at = equals + 2; ; at++)
            {
                if (at >= _line.Length)
                    throw Error("label without end");
                if (_line[at] == '"')
                    break;
                value.Append(_line[at] == '\\' ? Unescape(++at) : _line[at]);
            }

            if (!labels.TryAdd(name, value.ToString()))
                throw Error("label twice");
            at++;
            if (at < _line.Length && _line[at] == ',')
                at++;
            else if (at >= _line.Length || _line[at] != '}')
                throw Error("label list without end");
        }

        return at + 1;
    }

    private char Unescape(int at) => (at < _line.Length ? _line[at] : '\0') switch
    {
        '\\' => '\\',
        '"' => '"',
        'n' => '\n',
        _ => throw Error("unknown escape"),
    };

    private double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : throw Error("bad value"),
    };

    private FormatException Error(string what) => new($"{what}: {_line}");

    [GeneratedRegex("^[a-zA-Z_:][a-zA-Z0-9_:]*$")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]*$")]
    private static partial Regex LabelPattern();
}

using System.Globalization;
using ProcessArsenal.Telemetry.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ProcessArsenal.Exporter.Configuration.Yaml;

/// <summary>Reads the part of YAML that settings need into nodes with positions. YamlDotNet's parser does the reading; its own
/// representation model is not used, as it stops at the first duplicate key, forgets scalar ends and recurses without bound.</summary>
/// <param name="tolerant">Takes what other programs' readers take: anchors and aliases, tags (which are ignored), directives, keys that are there twice
/// (the last one counts), further documents (which are ignored).</param>
internal sealed class YamlReader(BindContext context, bool tolerant)
{
    private const int MaxDepth = 32;

    private readonly Stack<Container> _open = new();
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private YamlNode? _root;

    /// <summary>Reads one document. Everything refused is reported.</summary>
    /// <returns>Null if there is nothing in it, or if it can't be read to its end.</returns>
    public static YamlNode? Read(string text, BindContext context, bool tolerant = false)
    {
        int before = context.Errors.Count;
        YamlLines.Check(text, context, tolerant);
        // Tabs, control characters and directives put the parser on a wrong track: what it would say helps nobody.
        return context.Errors.Count > before ? null : new YamlReader(context, tolerant).Read(text);
    }

    private YamlNode? Read(string text)
    {
        var parser = new Parser(new StringReader(text));
        bool seen = false;
        try
        {
            while (parser.MoveNext())
            {
                ParsingEvent e = parser.Current!;
                if (e is DocumentStart)
                {
                    if (seen)
                    {
                        if (!tolerant) context.Error(Position.From(e.Start), "a second YAML document begins here: keep all settings in one.");
                        break;
                    }
                    seen = true;
                }
                if (!Take(e)) return null;
            }
            return _root;
        }
        catch (YamlException e)
        {
            context.Error(Position.From(e.Start), $"not valid YAML: {Describe(e.Message)}");
        }
        catch (InvalidOperationException)
        {
            // Thrown for an unclosed flow that a new key follows.
            ReportUnclosed(Position.From(parser.Current?.Start ?? Mark.Empty));
        }
        catch (ArgumentException)
        {
            // Thrown for a tag that is no URI.
            context.Error(Position.From(parser.Current?.End ?? Mark.Empty),
                "a tag (!name) after this point, which is not supported: remove it.");
        }
        return null;
    }

    private bool Take(ParsingEvent e)
    {
        Position at = Position.From(e.Start);
        switch (e)
        {
            case NodeEvent when _open.Count >= MaxDepth:
                context.Error(at, string.Create(CultureInfo.InvariantCulture, $"nested more than {MaxDepth} levels deep: no setting is."));
                return false;
            case AnchorAlias alias when tolerant && _anchors.TryGetValue(alias.Value.Value, out YamlNode? meant):
                Put(meant);
                break;
            case AnchorAlias when tolerant:
                context.Error(at, "an alias of an anchor that is not there, or does not end before: correct its name.");
                Put(new YamlRefused(at));
                break;
            case AnchorAlias:
                context.Error(at, "aliases (*name) are not supported: write the value out.");
                Put(new YamlRefused(at));
                break;
            case Scalar scalar:
                Put(Marked(scalar) ? new YamlRefused(at)
                    : Named(scalar, new YamlScalar(at, scalar.Value, scalar.Style, Position.From(scalar.End))));
                break;
            case SequenceStart sequence:
                _open.Push(new Container(new YamlSequence(at, [], sequence.Style == SequenceStyle.Flow), Marked(sequence), sequence));
                break;
            case MappingStart mapping:
                _open.Push(new Container(new YamlMapping(at, [], mapping.Style == MappingStyle.Flow), Marked(mapping), mapping));
                break;
            case SequenceEnd or MappingEnd:
                Container done = _open.Pop();
                Put(done.Refused ? new YamlRefused(done.Node.Start) : Named(done.Source, done.Node));
                break;
        }
        return true;
    }

    private void Put(YamlNode node)
    {
        if (!_open.TryPeek(out Container? parent)) _root = node;
        else if (parent.Node is YamlSequence sequence) sequence.Items.Add(node);
        else if (parent.Key is { } key)
        {
            parent.Key = null;
            if (key is YamlScalar name) AddEntry(parent, name, node);
        }
        else
        {
            parent.Key = node;
            if (node is not (YamlScalar or YamlRefused)) context.Error(node, "a key must be a single word, not a list or a mapping.");
        }
    }

    private void AddEntry(Container parent, YamlScalar key, YamlNode value)
    {
        if (parent.Seen.TryAdd(key.Text, key.Start.Line)) ((YamlMapping)parent.Node).Entries.Add((key, value));
        else if (tolerant)
        {
            List<(YamlScalar Key, YamlNode Value)> entries = ((YamlMapping)parent.Node).Entries;
            entries[entries.FindIndex(entry => entry.Key.Text == key.Text)] = (key, value);
        }
        else
        {
            context.Error(key, string.Create(
                CultureInfo.InvariantCulture,
                $"duplicate key '{Quoting.Cap(key.Text)}': it is already in line {parent.Seen[key.Text]}, keep one."));
        }
    }

    /// <summary>Remembers a node that has an anchor. An alias is the node itself, so that nothing grows by it.</summary>
    private YamlNode Named(NodeEvent source, YamlNode node)
    {
        if (!source.Anchor.IsEmpty) _anchors[source.Anchor.Value] = node;
        return node;
    }

    private bool Marked(NodeEvent node)
    {
        if (tolerant) return false;
        if (!node.Anchor.IsEmpty) context.Error(Position.From(node.Start),
            "anchors (&name) are not supported: write the value out where it is needed.");
        else if (!node.Tag.IsEmpty) context.Error(Position.From(node.Start), "tags (!name) are not supported: remove it.");
        else return false;
        return true;
    }

    private void ReportUnclosed(Position reached)
    {
        Container? flow = _open.FirstOrDefault(container =>
            container.Node is YamlSequence { IsFlow: true } or YamlMapping { IsFlow: true });
        if (flow is null) context.Error(reached, "not valid YAML after this point: look for a bracket, brace or quote that is not closed.");
        else context.Error(flow.Node,
            $"{flow.Node.Kind} begins here that is never closed: add '{(flow.Node is YamlSequence ? ']' : '}')}'.");
    }

    // "While parsing a block mapping, did not find expected key." -> "while parsing a block mapping, did not find expected key."
    private static string Describe(string message) =>
        message.Length == 0 ? message : char.ToLowerInvariant(message[0]) + Quoting.Cap(message[1..], 200);

    /// <summary>A list or mapping that has begun.</summary>
    private sealed class Container(YamlNode node, bool refused, NodeEvent source)
    {
        public NodeEvent Source => source;

        public YamlNode Node => node;

        public bool Refused => refused;

        /// <summary>Keys so far, and their lines.</summary>
        public Dictionary<string, int> Seen { get; } = new(StringComparer.Ordinal);

        /// <summary>The key whose value comes next.</summary>
        public YamlNode? Key { get; set; }
    }
}

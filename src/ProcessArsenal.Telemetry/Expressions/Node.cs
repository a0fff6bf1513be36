using System.Text;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>How tightly a node binds, the loosest first.</summary>
internal enum Binding : byte
{
    For,
    Or,
    And,
    Not,
    Primary,
}

/// <summary>A part of an expression: a small tree of these is all that is evaluated, so nothing is compiled at run time.</summary>
internal abstract class Node
{
    public abstract bool IsStatic { get; }

    public virtual Binding Binding => Binding.Primary;

    /// <param name="row">The sample in hand.</param>
    /// <param name="moment">That one, or an earlier one of the same process.</param>
    public abstract Truth Evaluate(in ProcessRow row, in Moment moment);

    /// <summary>Tells what must be so wherever this holds, as far as that can be told of it; nothing: whatever.</summary>
    public virtual void Require(Requirements requirements)
    {
    }

    /// <summary>Appends the canonical text.</summary>
    public abstract void Write(StringBuilder text);

    /// <summary>Appends the canonical text, in parentheses if it binds looser than where it stands.</summary>
    protected static void Write(StringBuilder text, Node node, Binding place)
    {
        if (node.Binding >= place)
        {
            node.Write(text);
            return;
        }
        text.Append('(');
        node.Write(text);
        text.Append(')');
    }
}

/// <summary><c>not</c>.</summary>
internal sealed class NotNode(Node operand) : Node
{
    public override bool IsStatic => operand.IsStatic;

    public override void Require(Requirements requirements)
    {
        if (operand is FlagNode flag) requirements.Flag(flag.Name, false);
    }

    public override Binding Binding => Binding.Not;

    public override Truth Evaluate(in ProcessRow row, in Moment moment) => Truths.Not(operand.Evaluate(row, moment));

    public override void Write(StringBuilder text) => Write(text.Append("not "), operand, Binding.Not);
}

/// <summary><c>and</c> or <c>or</c> of two or more. Flat, however long: both are associative in Kleene's logic too, and a chain of
/// hundreds must not become a tree as deep.</summary>
internal sealed class ChainNode : Node
{
    private readonly Node[] _parts;

    /// <summary>What decides at once: false for <c>and</c>, true for <c>or</c>.</summary>
    private readonly Truth _decisive;

    private ChainNode(Binding binding, Node[] parts)
    {
        Binding = binding;
        _parts = parts;
        _decisive = binding == Binding.And ? Truth.False : Truth.True;
        IsStatic = parts.All(static part => part.IsStatic);
    }

    public override bool IsStatic { get; }

    public override Binding Binding { get; }

    /// <summary>Joins parts; a part that is such a chain itself is taken apart first.</summary>
    public static Node Of(Binding binding, List<Node> parts)
    {
        if (parts.Count == 1) return parts[0];
        var flat = new List<Node>(parts.Count);
        foreach (Node part in parts)
        {
            if (part is ChainNode chain && chain.Binding == binding) flat.AddRange(chain._parts);
            else flat.Add(part);
        }
        return new ChainNode(binding, [.. flat]);
    }

    public override Truth Evaluate(in ProcessRow row, in Moment moment)
    {
        bool unknown = false;
        foreach (Node part in _parts)
        {
            Truth value = part.Evaluate(row, moment);
            if (value == _decisive) return value;
            unknown |= value == Truth.Unknown;
        }
        return unknown ? Truth.Unknown : Truths.Not(_decisive);
    }

    public override void Require(Requirements requirements)
    {
        if (Binding != Binding.And) return;
        foreach (Node part in _parts) part.Require(requirements);
    }

    public override void Write(StringBuilder text)
    {
        string separator = Binding == Binding.And ? " and " : " or ";
        for (int i = 0; i < _parts.Length; i++)
        {
            if (i > 0) text.Append(separator);
            Write(text, _parts[i], Binding);
        }
    }
}

/// <summary><c>has(field)</c>: never unknown.</summary>
internal sealed class HasNode(Field subject) : Node
{
    public override bool IsStatic => subject.IsStatic;

    public override Truth Evaluate(in ProcessRow row, in Moment moment) => Truths.Of(subject.HasValue(row, moment));

    public override void Write(StringBuilder text) => text.Append("has(").Append(subject.Name).Append(')');
}

/// <summary>A flag that stands alone. <c>dead = false</c> is <c>not dead</c>: the same in all three cases.</summary>
internal sealed class FlagNode(FlagField subject) : Node
{
    public override bool IsStatic => subject.IsStatic;

    public string Name => subject.Name;

    public override void Require(Requirements requirements) => requirements.Flag(subject.Name, true);

    public override Truth Evaluate(in ProcessRow row, in Moment moment) => subject.Read(row, moment) is bool value ? Truths.Of(value) : Truth.Unknown;

    public override void Write(StringBuilder text) => text.Append(subject.Name);
}

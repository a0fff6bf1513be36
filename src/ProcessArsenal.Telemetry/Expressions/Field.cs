using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Expressions;

internal delegate string? TextReader(in ProcessRow row);

internal delegate double? NumberReader(in ProcessRow row);

internal delegate bool? FlagReader(in ProcessRow row);

/// <summary>A field that an expression can ask for.</summary>
public abstract class Field
{
    private readonly Measure _measure;

    private protected Field(string name, Measure measure, string description, bool isStatic)
    {
        Name = name;
        _measure = measure;
        Description = description;
        IsStatic = isStatic;
    }

    public string Name { get; }

    /// <summary>Unit or type, in words.</summary>
    public string Unit => _measure.Unit;

    /// <summary>What it is and where it comes from, in one sentence.</summary>
    public string Description { get; }

    /// <summary>Whether it can only change when the process's description does.</summary>
    public bool IsStatic { get; }

    internal Measure Measure => _measure;

    /// <summary>A condition on it that could be written, for messages.</summary>
    internal virtual string Example => Name + Measure.Example;

    /// <summary>Whether this process has a value for it.</summary>
    public abstract bool HasValue(in ProcessRow row);
}

/// <summary>A field that holds text.</summary>
public sealed class TextField : Field
{
    private readonly TextReader _reader;

    internal TextField(string name, string description, TextReader reader, bool isStatic, IReadOnlyList<string>? words = null)
        : base(name, Measure.Text, description, isStatic)
    {
        _reader = reader;
        Words = words;
    }

    /// <summary>The only texts that it ever holds; null if it may hold any.</summary>
    public IReadOnlyList<string>? Words { get; }

    internal override string Example => Words is null ? base.Example : $"{Name} = \"{Words[0]}\"";

    public override bool HasValue(in ProcessRow row) => _reader(in row) is not null;

    /// <summary>The value; null if there is none.</summary>
    public string? Read(in ProcessRow row) => _reader(in row);
}

/// <summary>A field that holds a number.</summary>
public sealed class NumberField : Field
{
    private readonly NumberReader _reader;

    internal NumberField(string name, Measure measure, string description, NumberReader reader, bool isStatic)
        : base(name, measure, description, isStatic) => _reader = reader;

    public override bool HasValue(in ProcessRow row) => Read(in row) is not null;

    /// <summary>The value in <see cref="Field.Unit"/>, always finite; null if there is none.</summary>
    public double? Read(in ProcessRow row)
    {
        // NaN would make every comparison false, and its negation true: what is no number is missing.
        double? value = _reader(in row);
        return value is { } number && double.IsFinite(number) ? value : null;
    }
}

/// <summary>A field that holds true or false.</summary>
public sealed class FlagField : Field
{
    private readonly FlagReader _reader;

    internal FlagField(string name, string description, FlagReader reader, bool isStatic)
        : base(name, Measure.Flag, description, isStatic) => _reader = reader;

    internal override string Example => $"{Name} or not {Name}";

    public override bool HasValue(in ProcessRow row) => _reader(in row) is not null;

    /// <summary>The value; null if there is none.</summary>
    public bool? Read(in ProcessRow row) => _reader(in row);
}

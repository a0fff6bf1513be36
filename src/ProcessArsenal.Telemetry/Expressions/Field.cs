using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Expressions;

internal delegate string? TextReader(in ProcessRow row);

internal delegate double? NumberReader(in ProcessRow row);

internal delegate bool? FlagReader(in ProcessRow row);

/// <summary>What a number was at an earlier moment of the same process.</summary>
internal delegate double? PastReader(in ProcessRow row, in Moment moment);

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

    /// <summary>Whether its earlier values are known: of a text that hardly changes, the one of now counts for them. Only such fields may stand before
    /// <c>for</c>.</summary>
    public abstract bool HasPast { get; }

    /// <summary>Whether its value is made of earlier samples.</summary>
    internal bool LooksBack { get; init; }

    internal Measure Measure => _measure;

    /// <summary>A condition on it that could be written, for messages.</summary>
    internal virtual string Example => Name + Measure.Example;

    /// <summary>Whether this process has a value for it.</summary>
    public bool HasValue(in ProcessRow row) => HasValue(row, Moment.Now);

    /// <summary>The same at a moment.</summary>
    internal abstract bool HasValue(in ProcessRow row, in Moment moment);
}

/// <summary>A field that holds text.</summary>
public sealed class TextField : Field
{
    private readonly TextReader _reader;

    internal TextField(string name, string description, TextReader reader, bool isStatic, IReadOnlyList<string>? words = null, bool hasPast = false)
        : base(name, Measure.Text, description, isStatic)
    {
        HasPast = isStatic || hasPast;
        _reader = reader;
        Words = words;
    }

    /// <summary>What to write instead of a text that it never holds; null from it for all others, and for itself if nothing is known.</summary>
    internal Func<string, string?>? Advice { get; init; }

    /// <summary>The only texts that it ever holds; null if it may hold any.</summary>
    public IReadOnlyList<string>? Words { get; }

    public override bool HasPast { get; }

    internal override string Example => Words is null ? base.Example : $"{Name} = \"{Words[0]}\"";

    internal override bool HasValue(in ProcessRow row, in Moment moment) => _reader(in row) is not null;

    /// <summary>The value; null if there is none.</summary>
    public string? Read(in ProcessRow row) => _reader(in row);

    internal string? Read(in ProcessRow row, in Moment moment) => _reader(in row);
}

/// <summary>A field that holds a number.</summary>
public sealed class NumberField : Field
{
    private readonly NumberReader _reader;
    private readonly PastReader? _past;

    /// <param name="signal">Under which its values are kept; null: they are not.</param>
    /// <param name="past">Tells an earlier value otherwise.</param>
    internal NumberField(
        string name, Measure measure, string description, NumberReader reader, bool isStatic, HistorySignal? signal = null, PastReader? past = null)
        : base(name, measure, description, isStatic)
    {
        _reader = reader;
        _past = past;
        Signal = signal;
    }

    /// <summary>Under which its values are kept; null: they are not.</summary>
    public HistorySignal? Signal { get; }

    public override bool HasPast => IsStatic || Signal is not null || _past is not null;

    internal override bool HasValue(in ProcessRow row, in Moment moment) => Read(row, moment) is not null;

    /// <summary>The value in <see cref="Field.Unit"/>, always finite; null if there is none.</summary>
    public double? Read(in ProcessRow row) => Read(row, Moment.Now);

    internal double? Read(in ProcessRow row, in Moment moment)
    {
        double? value = !moment.IsPast || IsStatic ? _reader(in row)
            : Signal is not null ? moment.Value(Signal)
            : _past?.Invoke(row, moment);
        // NaN would make every comparison false, and its negation true: what is no number is missing.
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

    /// <summary>Nobody keeps flags.</summary>
    public override bool HasPast => false;

    internal override bool HasValue(in ProcessRow row, in Moment moment) => _reader(in row) is not null;

    /// <summary>The value; null if there is none.</summary>
    public bool? Read(in ProcessRow row) => _reader(in row);

    internal bool? Read(in ProcessRow row, in Moment moment) => _reader(in row);
}

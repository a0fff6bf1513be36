using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>When a condition is looked at: at the sample in hand, or at an earlier one, of which the history knows some values.</summary>
internal readonly struct Moment
{
    private readonly HistoryView _view;
    private readonly long _at;
    private readonly bool _isSpan;

    private Moment(in HistoryView view, long at, bool isSpan, TimeSpan age) => (_view, _at, _isSpan, IsPast, Age) = (view, at, isSpan, true, age);

    /// <summary>The sample in hand.</summary>
    public static Moment Now => default;

    public bool IsPast { get; }

    /// <summary>How much earlier than the sample in hand.</summary>
    public TimeSpan Age { get; }

    public static Moment OfTick(in HistoryView view, long tick, TimeSpan age) => new(view, tick, false, age);

    /// <summary>The mean of a span.</summary>
    public static Moment OfSpan(in HistoryView view, long span, TimeSpan age) => new(view, span, true, age);

    public double? Value(HistorySignal signal) => LogCode.Value(_isSpan ? _view.CodeOf(signal, _at) : _view.CodeAt(signal, _at));
}

using System.Text;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary><c>... for 5m</c>: true if it was true at every sample of that time, which must be covered; false if it was false at any, or the process is
/// younger. Where single ticks do not reach back as far, the means of spans count.</summary>
internal sealed class ForNode(Node operand, Quantity duration) : Node
{
    private readonly TimeSpan _duration = TimeSpan.FromSeconds(duration.Value);

    public override bool IsStatic => false;

    public TimeSpan Duration => _duration;

    public override void Require(Requirements requirements) => operand.Require(requirements);

    public override Binding Binding => Binding.For;

    public override Truth Evaluate(in ProcessRow row, in Moment moment)
    {
        Truth now = operand.Evaluate(row, Moment.Now);
        if (now == Truth.False || row.Uptime < _duration) return Truth.False;
        if (row.History is not { All: { } history, Process: { } process } place) return Truth.Unknown;
        if (!history.TryView(process, place.Tick - 1, out HistoryView view)) return Truth.Unknown;
        Truth before = LookBack(row, view, place.Tick);
        // What was overwritten while we read is not known.
        return view.IsWhole(history) ? Truths.And(now, before) : Truth.Unknown;
    }

    public override void Write(StringBuilder text)
    {
        Write(text, operand, Binding.Or);
        text.Append(" for ").Append(duration.Digits).Append(duration.Unit.Name);
    }

    private Truth LookBack(in ProcessRow row, in HistoryView view, long current)
    {
        Truth all = Truth.True;
        if (current < view.OldestTick) return Truth.Unknown;
        long now = view.TimestampOf(current);
        // A hole is not covered: but if it was false on its other side, that is enough to know.
        if (view.FollowsGap(current)) all = Truth.Unknown;
        long tick = current - 1;
        for (; tick >= view.OldestTick; tick--)
        {
            TimeSpan age = view.Between(view.TimestampOf(tick), now);
            if (age > _duration) return all;
            all = Truths.And(all, operand.Evaluate(row, Moment.OfTick(view, tick, age)));
            if (all == Truth.False || age == _duration) return all;
            if (view.FollowsGap(tick)) all = Truth.Unknown;
        }
        return Truths.And(all, LookBack(row, view, tick + 1, now));
    }

    /// <param name="oldest">The first tick that was looked at.</param>
    private Truth LookBack(in ProcessRow row, in HistoryView view, long oldest, long now)
    {
        Truth all = Truth.True;
        bool isFirst = true;
        for (long i = view.Spans - 1; i >= view.OldestSpan; i--)
        {
            HistorySpan span = view.SpanOf(i);
            if (span.After + 1 >= oldest) continue; // All of its ticks were looked at.
            if (isFirst && span.Last < oldest - 1) return Truth.Unknown; // Some between are in neither.
            isFirst = false;
            TimeSpan age = view.Between(span.Ended, now);
            if (age > _duration) return all;
            all = Truths.And(all, operand.Evaluate(row, Moment.OfSpan(view, i, age)));
            if (all == Truth.False || view.Between(span.Began, now) >= _duration) return all;
            if (span.HasGap) all = Truth.Unknown;
        }
        return Truth.Unknown; // It does not reach back as far.
    }
}

using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Chooses which processes get series of their own: watched ones, .NET processes, and the busiest and largest with hysteresis; capped.</summary>
internal sealed class ReportSelector
{
    private double[] _scores = [];
    private int[] _indexes = [];

    /// <summary>Processes left out by the cap, summed over ticks.</summary>
    public long NotReported { get; private set; }

    /// <summary>Marks the rows; row i belongs to process i.</summary>
    public void Select(Span<ProcessRow> rows, List<TrackedProcess> processes, SamplingOptions options)
    {
        if (_scores.Length < rows.Length)
        {
            _scores = new double[rows.Length + rows.Length / 4 + 64];
            _indexes = new int[_scores.Length];
        }
        RankByCpu(rows, processes, options.Top);
        RankByMemory(rows, processes, options.Top);

        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].Group is null) rows[i].Reported = ReportReason.None;
            else if (Matches(options.Watch, rows[i])) rows[i].Reported = ReportReason.Watched;
            else if (processes[i].IsDotnet) rows[i].Reported = ReportReason.Dotnet;
            else if (processes[i].TopCpu.IsMember || processes[i].TopMemory.IsMember) rows[i].Reported = ReportReason.Top;
            else rows[i].Reported = ReportReason.None;
        }
        Cap(rows, processes, options.MaxReported);
    }

    private void RankByCpu(Span<ProcessRow> rows, List<TrackedProcess> processes, int top)
    {
        for (int i = 0; i < rows.Length; i++) _scores[i] = rows[i].Group is null ? 0 : rows[i].Rates.Cpu ?? 0;
        int competing = Sort(rows.Length);
        for (int i = 0; i < rows.Length; i++) processes[_indexes[i]].TopCpu.Update(i < competing ? i : int.MaxValue, top);
    }

    private void RankByMemory(Span<ProcessRow> rows, List<TrackedProcess> processes, int top)
    {
        for (int i = 0; i < rows.Length; i++) _scores[i] = rows[i].Group is null ? 0 : ProcessFacts.ResidentBytes(rows[i].Sample) ?? 0;
        int competing = Sort(rows.Length);
        for (int i = 0; i < rows.Length; i++) processes[_indexes[i]].TopMemory.Update(i < competing ? i : int.MaxValue, top);
    }

    /// <summary>Those that have a score, the highest first, and behind them those that have none, of which most are idle: they need no order.</summary>
    /// <returns>How many have one.</returns>
    private int Sort(int count)
    {
        int competing = 0, others = count;
        for (int i = 0; i < count; i++)
        {
            double score = _scores[i];
            if (score > 0)
            {
                _scores[competing] = -score; // Not beyond i: what is there was looked at.
                _indexes[competing++] = i;
            }
            else _indexes[--others] = i;
        }
        Array.Sort(_scores, _indexes, 0, competing);
        return competing;
    }

    /// <summary>Watched before .NET processes, these before top, and those that had series before newcomers.</summary>
    private void Cap(Span<ProcessRow> rows, List<TrackedProcess> processes, int most)
    {
        int left = most;
        for (int pass = 0; pass < 6; pass++)
        {
            ReportReason reason = pass < 2 ? ReportReason.Watched : pass < 4 ? ReportReason.Dotnet : ReportReason.Top;
            bool incumbent = pass % 2 == 0;
            for (int i = 0; i < rows.Length; i++)
            {
                if (rows[i].Reported != reason || processes[i].WasReported != incumbent) continue;
                if (left > 0) left--;
                else
                {
                    rows[i].Reported = ReportReason.None;
                    NotReported++;
                }
            }
        }
        for (int i = 0; i < rows.Length; i++)
        {
            processes[i].WasReported = rows[i].Reported != ReportReason.None;
            if (!processes[i].WasReported) continue;
            processes[i].EnsureLabels(rows[i]);
            rows[i].Labels = processes[i].Labels;
            rows[i].InfoLabels = processes[i].InfoLabels;
        }
    }

    private static bool Matches(IReadOnlyList<Expression> expressions, in ProcessRow row)
    {
        for (int i = 0; i < expressions.Count; i++)
            if (expressions[i].Evaluate(row) == Truth.True) return true;
        return false;
    }
}

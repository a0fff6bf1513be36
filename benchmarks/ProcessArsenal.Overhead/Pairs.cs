namespace ProcessArsenal.Overhead;

/// <summary>What it costs web programs to be listened to: their CPU time for a request while the published exporter, as it comes, is attached, against
/// that without. Pairs of batches of the same number of requests, in alternating order, all in processes that have run warm; the programs take turns
/// within each half of a pair. A pair in which somebody else listened to them counts for nothing. Pairs go on until so many as are asked for had the machine to themselves, or twice as many are done; if fewer than
/// <see cref="Least"/> had, all of them are judged.</summary>
internal sealed class Pairs(string exporter, Subject[] subjects) : IAsyncDisposable
{
    private const double Bound = 1.05;

    private const int Least = 20;

    private readonly int[] _pids = [.. subjects.Select(s => s.Pid)];
    private ExporterRun? _listener;
    private double _others;
    private bool _isSpoilt;

    /// <param name="nearlyEmpty">tests/targets/Web.</param>
    /// <param name="business">tests/targets/Catalogue.</param>
    public static async Task<int> Run(string exporter, string nearlyEmpty, string business)
    {
        int pairs = Settings.Number("PAIRS", 40), requests = Settings.Number("REQUESTS", 60_000), connections = Settings.Number("CONNECTIONS", 16);
        await using Subject empty = await Subject.Start("nearly empty", nearlyEmpty, "/orders/1", requests, connections);
        // Fewer of them, so that a batch takes about as long.
        await using Subject representative = await Subject.Start("representative", business, "/customers/18/orders/17?currency=EUR", requests / 5, connections);
        await using var run = new Pairs(exporter, [empty, representative]);
        await run.RunWarm();
        await run.Measure(pairs);
        return Judge(empty) & Judge(representative) ? 0 : 1;
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null) await _listener.DisposeAsync();
        _listener = null;
    }

    private async Task RunWarm()
    {
        foreach (Subject subject in subjects) subject.RunWarm(5);
        await using ExporterRun listener = await ExporterRun.Start(exporter, _pids);
        foreach (Subject subject in subjects) subject.RunWarm(3); // What they run while they are listened to is compiled too.
    }

    private async Task Measure(int pairs)
    {
        Console.WriteLine("pair, first, program: microseconds of CPU a request on and off, ratio; what others took of a processor");
        for (int pair = 1; pair <= 2 * pairs && subjects[0].Quiet.Count < pairs; pair++)
        {
            bool onFirst = pair % 2 == 1;
            (_others, _isSpoilt) = (0, false);
            double[] first = await Half(onFirst), second = await Half(!onFirst);
            if (_isSpoilt)
            {
                Say($"{pair}, {(onFirst ? "on" : "off")}, left out: somebody else listened");
                continue;
            }
            (double[] on, double[] off) = onFirst ? (first, second) : (second, first);
            for (int i = 0; i < subjects.Length; i++)
            {
                subjects[i].All.Add(on[i], off[i]);
                if (Neighbours.WereQuiet(_others)) subjects[i].Quiet.Add(on[i], off[i]);
                Say($"{pair}, {(onFirst ? "on" : "off")}, {subjects[i].Name}: {on[i]:F2}, {off[i]:F2}, {on[i] / off[i]:F4}; {_others:F2}");
            }
        }
    }

    /// <summary>A batch of each program. It goes on with the same listener if the half before was of its kind.</summary>
    private async Task<double[]> Half(bool on)
    {
        if (!on || _isSpoilt) await DisposeAsync();
        if (_listener is null) await Strangers.Leave(_pids);
        if (on && _listener is null)
        {
            _listener = await ExporterRun.Start(exporter, _pids);
            foreach (Subject subject in subjects) subject.BeginCount();
        }
        double[] used = new double[subjects.Length];
        for (int i = 0; i < subjects.Length; i++)
        {
            var neighbours = new Neighbours(_listener is null ? _pids : [.. _pids, _listener.Pid]);
            used[i] = subjects[i].Batch();
            _others = Math.Max(_others, neighbours.Share);
            if (_listener is not null && !await _listener.HasCounted(subjects[i].Pid, subjects[i].Sent)) _isSpoilt = true;
        }
        if (!on && _pids.Any(Strangers.Listen)) _isSpoilt = true;
        return used;
    }

    private static bool Judge(Subject subject)
    {
        Say($"- {subject.Name}, batches of {subject.Requests:N0} requests");
        bool isHeld = Judge("all", subject.All);
        if (subject.Quiet.Count >= Least) isHeld = Judge("with the machine to themselves", subject.Quiet);
        return isHeld;
    }

    private static bool Judge(string which, LogRatios costs)
    {
        (double low, double high) = costs.Interval();
        (double more, double least, double most) = costs.Difference();
        bool isHeld = high <= Bound;
        Say($"  {costs.Count} pairs, {which}: CPU a request {costs.MedianOn:F2} us on, {costs.MedianOff:F2} us off (medians); {more:F2} us more, 95 % interval {least:F2} to {most:F2}");
        Say($"  ratio on/off: median {costs.Median:F4}, mean {costs.Mean:F4}, 95 % interval of the mean {low:F4} to {high:F4}; upper bound {(high - 1) * 100:+0.00;-0.00} %, bound {(Bound - 1) * 100:F0} %: {(isHeld ? "held" : "EXCEEDED")}");
        return isHeld;
    }

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}

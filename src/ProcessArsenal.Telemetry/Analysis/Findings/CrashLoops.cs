using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Groups whose processes fail, are started again, and fail again. A script whose commands answer with 1 is none: what fails must have lived for a
/// moment, or have crashed, and hardly anything of the group may have ended well.</summary>
internal static class CrashLoops
{
    private const int LeastExits = 4;
    private const double LeastFailed = 0.9;

    /// <summary>Commands of scripts are shorter.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(200);

    /// <summary>What lived longer than that did its work before.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(2);

    /// <summary>SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS: nobody sends these; and how .NET and shells tell of them.</summary>
    private static readonly int[] CrashSignals = [4, 5, 6, 7, 8, 11, 31];

    public static void Find(Evidence evidence, List<Finding> found)
    {
        foreach (IGrouping<string, LifecycleEvent> group in evidence.Events.GroupBy(static happened => happened.Group, StringComparer.Ordinal))
        {
            LifecycleEvent[] exits = [.. group.Where(static happened => happened.IsEnd)];
            if (exits.Length < LeastExits) continue;
            LifecycleEvent[] failed = [.. exits.Where(static exit => IsFailure(exit))];
            if (failed.Length < LeastExits || failed.Length < LeastFailed * exits.Length) continue;
            TimeSpan[] lifetimes = [.. failed.Where(static exit => exit.Lifetime is not null).Select(static exit => exit.Lifetime!.Value).Order()];
            if (lifetimes.Length == 0) continue;
            TimeSpan lived = lifetimes[lifetimes.Length / 2];
            int crashed = failed.Count(IsCrash);
            if (lived > Soon || (lived < Moment && crashed * 2 < failed.Length)) continue;
            // One after the other, not a crowd that was sent away at once.
            if (failed[^1].Time - failed[0].Time < lived) continue;
            if (group.Count(static happened => !happened.IsEnd) < LeastExits - 1) continue;
            LifecycleEvent last = failed[^1];
            found.Add(new Finding
            {
                Kind = "crash_loop",
                Severity = FindingSeverity.Critical,
                Process = null,
                Group = group.Key,
                What = FormattableString.Invariant($"{last.Name} of {group.Key} ended badly {failed.Length} times in {(last.Time - failed[0].Time).TotalMinutes:0.#} minutes ({Ways(failed)}), each time after some {Seconds(lived)}, and was started again"),
                Advice = FormattableString.Invariant($"see what it said: journalctl -u UNIT or its log; how each ended: process-arsenal lifecycle --group '{Pasteable(group.Key)}'; then stop whoever starts it again until it is mended: process-arsenal supervisors"),
            });
        }
    }

    private static bool IsFailure(in LifecycleEvent exit) => exit.Outcome is ExitOutcome.Failure or ExitOutcome.OomKill || IsCrash(exit);

    private static bool IsCrash(LifecycleEvent exit) => exit.Outcome switch
    {
        ExitOutcome.OomKill => true,
        ExitOutcome.Signal => exit.Code is { } signal && Array.IndexOf(CrashSignals, signal) >= 0,
        ExitOutcome.Failure => exit.Code is > 128 and var code && Array.IndexOf(CrashSignals, code - 128) >= 0,
        _ => false,
    };

    private static string Ways(LifecycleEvent[] failed) => string.Join(", ", failed
        .GroupBy(static exit => exit.Outcome switch
        {
            ExitOutcome.OomKill => "killed as memory ran out",
            ExitOutcome.Signal => FormattableString.Invariant($"signal {exit.Code}"),
            _ => FormattableString.Invariant($"exit code {exit.Code}"),
        }).OrderByDescending(static way => way.Count()).Take(3).Select(static way => FormattableString.Invariant($"{way.Count()} times {way.Key}")));

    private static string Seconds(TimeSpan time) => time < TimeSpan.FromSeconds(10) ? FormattableString.Invariant($"{time.TotalSeconds:0.##} s") : FormattableString.Invariant($"{time.TotalSeconds:0} s");

    private static string Pasteable(string group) => group.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@' or ':' or '/') ? group : "GROUP";
}

using ProcessArsenal.Telemetry.Analysis.Categories;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Programs that fail, are started again by the same parent, and fail again. What a shell starts is a loop only if it crashes, or goes on for long:
/// the commands of scripts answer with 1, and scripts wait for what is not there yet.</summary>
internal static class CrashLoops
{
    private const int Least = 4, LeastOfShell = 10;

    /// <summary>Of those of one program and one parent.</summary>
    private const double LeastFailed = 0.9;

    /// <summary>Commands of scripts are shorter.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(200);

    /// <summary>What lived longer than that did its work before.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(2);

    /// <summary>Nobody starts anything again faster: a test that runs a command many times does.</summary>
    private static readonly TimeSpan MinimumGap = TimeSpan.FromMilliseconds(100);

    /// <summary>After which it is over, beside three times what lies between two failures.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <summary>For how long a shell must go on.</summary>
    private static readonly TimeSpan LeastSpan = TimeSpan.FromSeconds(15);

    /// <summary>SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS: nobody sends these; and how .NET and shells tell of them.</summary>
    private static readonly int[] CrashSignals = [4, 5, 6, 7, 8, 11, 31];

    public static void Find(Evidence evidence, List<Finding> found)
    {
        HashSet<(string, string, int)> suspects = Suspects(evidence.Events);
        if (suspects.Count == 0) return;
        foreach (var program in evidence.Events.Where(happened => happened.IsEnd && suspects.Contains(KeyOf(happened))).GroupBy(static exit => (exit.Group, exit.Name, exit.ParentPid)))
        {
            LifecycleEvent[] exits = [.. program.OrderBy(static exit => exit.Time)];
            LifecycleEvent[] failed = [.. exits.Where(static exit => IsFailure(exit))];
            if (failed.Length < Least || failed.Length < LeastFailed * exits.Length) continue;
            TimeSpan[] lifetimes = [.. failed.Where(static exit => exit.Lifetime is not null).Select(static exit => exit.Lifetime!.Value).Order()];
            if (lifetimes.Length == 0 || lifetimes[lifetimes.Length / 2] is var lived && lived > Soon) continue;
            LifecycleEvent last = failed[^1];
            TimeSpan span = last.Time - failed[0].Time, gap = span / (failed.Length - 1), ago = evidence.Snapshot.Time - last.Time;
            // One after the other, not a crowd that was sent away at once; and it goes on.
            if (gap < lived || gap < MinimumGap || ago > 3 * gap + Pause) continue;
            bool crashes = failed.Count(IsCrash) * 2 >= failed.Length, byShell = IsShell(evidence.Snapshot, program.Key.ParentPid);
            if (byShell && !crashes && (lived < Moment || failed.Length < LeastOfShell || span < LeastSpan)) continue;
            string parent = program.Key.ParentPid > 0 ? FormattableString.Invariant($" by {NameOf(evidence.Snapshot, program.Key.ParentPid)}") : "";
            found.Add(new Finding
            {
                Kind = "crash_loop",
                Severity = byShell && !crashes ? FindingSeverity.Warning : FindingSeverity.Critical,
                Process = null,
                Group = program.Key.Group,
                What = FormattableString.Invariant($"{last.Name} of {program.Key.Group} ended badly {failed.Length} times in {Duration(span)} ({Ways(failed)}), each time after some {Duration(lived)}, and was started again{parent}; the last time {Duration(ago)} ago"),
                Advice = FormattableString.Invariant($"see what it said: journalctl -u UNIT or its log; how each ended: process-arsenal lifecycle --group '{Pasteable(program.Key.Group)}'; who starts it again: process-arsenal supervisors"),
            });
        }
    }

    /// <summary>Those that have failed often enough: of most there need be no list.</summary>
    private static HashSet<(string, string, int)> Suspects(IReadOnlyList<LifecycleEvent> events)
    {
        var failed = new Dictionary<(string, string, int), int>();
        var suspects = new HashSet<(string, string, int)>();
        for (int i = 0; i < events.Count; i++)
        {
            LifecycleEvent happened = events[i];
            if (!happened.IsEnd || !IsFailure(happened)) continue;
            int count = failed.GetValueOrDefault(KeyOf(happened)) + 1;
            failed[KeyOf(happened)] = count;
            if (count == Least) suspects.Add(KeyOf(happened));
        }
        return suspects;
    }

    private static (string Group, string Name, int ParentPid) KeyOf(in LifecycleEvent happened) => (happened.Group, happened.Name, happened.ParentPid);

    /// <summary>Shells, and whoever is gone by now: that may have been one.</summary>
    private static bool IsShell(Snapshot snapshot, int parent)
    {
        if (parent <= 1) return false;
        int at = snapshot.IndexOf(parent);
        return at < 0 || Categorizer.NameOf(snapshot.Processes[at]) == ProcessCategory.Shell;
    }

    private static string NameOf(Snapshot snapshot, int pid)
    {
        int at = snapshot.IndexOf(pid);
        return at < 0 ? FormattableString.Invariant($"{pid}, which is gone") : FormattableString.Invariant($"{snapshot.Processes[at].Description.Name} ({pid})");
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

    private static string Duration(TimeSpan time) => time < TimeSpan.FromSeconds(10) ? FormattableString.Invariant($"{Math.Max(0, time.TotalSeconds):0.##} s")
        : time < TimeSpan.FromMinutes(2) ? FormattableString.Invariant($"{time.TotalSeconds:0} s") : FormattableString.Invariant($"{time.TotalMinutes:0.#} min");

    private static string Pasteable(string group) => group.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@' or ':' or '/') ? group : "GROUP";
}

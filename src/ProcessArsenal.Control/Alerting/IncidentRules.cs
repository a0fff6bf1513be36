using ProcessArsenal.Control.Alerting.Raising;

namespace ProcessArsenal.Control.Alerting;

/// <summary>What follows from an alert.</summary>
/// <param name="Reason">In words; null where the verdict says it all.</param>
/// <param name="After">What is known of its incident from then on; null: nothing new, or nothing at all.</param>
/// <param name="Event">What policies are told; null: nothing.</param>
internal readonly record struct Judgement(AlertVerdict Verdict, string? Reason, Incident? After = null, AlertEventKind? Event = null);

/// <summary>Alertmanager delivers at least once, from several replicas that do not agree on the order and at times not on when an alert began. What follows from
/// a delivery is a function of what is known and of the time; nothing else is asked.</summary>
internal static class IncidentRules
{
    /// <param name="known">The open incident of its fingerprint, or else one that has ended just now; null: there is none.</param>
    /// <param name="whyNotUs">Why it is not about this host; null if it is.</param>
    /// <param name="isMatched">A policy is about it.</param>
    /// <param name="composition"><see cref="AlertmanagerMessage.Composition"/>.</param>
    public static Judgement Judge(Incident? known, ReceivedAlert alert, string? whyNotUs, bool isMatched, ulong composition, DateTimeOffset now, AlertOptions options)
    {
        if (whyNotUs is not null) return new Judgement(AlertVerdict.NotForUs, whyNotUs);
        if (!alert.IsFiring) return Resolve(known, alert, isMatched, now);
        if (known is { Ended: { } ended })
        {
            if (alert.StartsAt <= known.EndsAt && now - ended < options.RepeatAfter) return new Judgement(AlertVerdict.Duplicate, "its end came before this delivery, by another replica");
            known = null;
        }
        if (known is { Told: { } told })
        {
            Incident seen = Again(known, alert, composition, now);
            if (!isMatched) return new Judgement(AlertVerdict.NoPolicy, "the policy that was about it is no more", seen);
            // Alertmanager sends a whole group again when one of its alerts begins or ends (DedupStage.needsUpdate in notify/notify.go): that says nothing of the others.
            // A group that is sent again unchanged is repeated, unless it is the copy of another replica.
            bool isUnchanged = composition == known.Composition && now - known.Composed >= options.RepeatAfter;
            bool isRepeated = now - told >= options.RepeatAfter && (isUnchanged || now - told >= options.RepeatAnyway);
            return isRepeated
                ? new Judgement(AlertVerdict.Repeat, null, seen with { Told = now, Repeats = known.Repeats + 1 }, AlertEventKind.Repeat)
                : new Judgement(AlertVerdict.Duplicate, null, seen);
        }
        Incident incident = known is not null ? Again(known, alert, composition, now) : new Incident(0, alert.Fingerprint, now)
        {
            StartsAt = alert.StartsAt,
            Seen = now,
            Composition = composition,
            Composed = now,
            Verdict = AlertVerdict.NoPolicy,
        };
        if (!isMatched) return new Judgement(AlertVerdict.NoPolicy, OwnAlerts.Is(alert.Labels) ? OwnAlerts.WhyNot : null, incident with { Verdict = AlertVerdict.NoPolicy });
        TimeSpan age = now - incident.StartsAt;
        if (age > options.StaleAfter)
            return new Judgement(AlertVerdict.Stale, FormattableString.Invariant($"it began {age.TotalSeconds:0} s ago, more than {options.StaleAfter.TotalSeconds:0} s (alertmanager.stale_after)"), incident with { Verdict = AlertVerdict.Stale });
        return new Judgement(AlertVerdict.Accepted, null, incident with { Verdict = AlertVerdict.Accepted, Told = now }, AlertEventKind.Firing);
    }

    private static Judgement Resolve(Incident? known, ReceivedAlert alert, bool isMatched, DateTimeOffset now)
    {
        if (known is null) return new Judgement(isMatched ? AlertVerdict.Duplicate : AlertVerdict.NoPolicy, "it was not known to fire");
        if (known.Ended is not null) return new Judgement(AlertVerdict.Duplicate, null);
        if (alert.EndsAt != DateTimeOffset.MinValue && alert.EndsAt < known.StartsAt) return new Judgement(AlertVerdict.Duplicate, "it ended before it began again");
        Incident after = known with { Seen = now, Ended = now, EndsAt = alert.EndsAt == DateTimeOffset.MinValue || alert.EndsAt > now ? now : alert.EndsAt };
        return known.IsTold ? new Judgement(AlertVerdict.Accepted, null, after, AlertEventKind.Resolved) : new Judgement(known.Verdict, null, after);
    }

    private static Incident Again(Incident known, ReceivedAlert alert, ulong composition, DateTimeOffset now) => known with
    {
        Seen = now,
        StartsAt = Earlier(known.StartsAt, alert.StartsAt),
        Composition = composition,
        Composed = composition == known.Composition ? known.Composed : now,
    };

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}

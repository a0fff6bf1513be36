using ProcessArsenal.Control.Alerting;

namespace ProcessArsenal.Control.Tests.Alerting;

public sealed class IncidentRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly AlertOptions Options = new() { Host = HostLabels.Of([], () => new HashSet<string>()) };
    private static readonly Dictionary<string, string> Labels = new() { ["alertname"] = "A" };

    private Incident? _known;
    private DateTimeOffset _now = Now;

    private AlertVerdict Fire(TimeSpan after, ulong composition = 1, DateTimeOffset? starts = null, bool isMatched = true) => Judge(after, new ReceivedAlert(true, 7, Labels, Labels, starts ?? Now, default), composition, isMatched).Verdict;

    private Judgement Resolve(TimeSpan after, DateTimeOffset? ends = null, bool isMatched = true) => Judge(after, new ReceivedAlert(false, 7, Labels, Labels, Now, ends ?? default), 2, isMatched);

    private Judgement Judge(TimeSpan after, ReceivedAlert alert, ulong composition, bool isMatched)
    {
        _now += after;
        Judgement judgement = IncidentRules.Judge(_known, alert, null, isMatched, composition, _now, Options);
        if (judgement.After is { } incident) _known = incident.Id == 0 ? incident with { Id = 1 } : incident;
        return judgement;
    }

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);

    [Fact]
    public void Another_replica_is_no_repetition_whatever_it_says_of_the_beginning()
    {
        Assert.Equal(AlertVerdict.Accepted, Fire(Seconds(1)));
        Assert.Equal(AlertVerdict.Duplicate, Fire(Seconds(15), starts: Now.AddSeconds(-20)));
        Assert.Equal(AlertVerdict.Duplicate, Fire(Seconds(15), starts: Now.AddSeconds(9)));
        Assert.Equal(Now.AddSeconds(-20), _known!.StartsAt);
    }

    [Fact]
    public void What_goes_on_is_repeated_once_for_both_replicas()
    {
        Fire(Seconds(1));
        Assert.Equal(AlertVerdict.Repeat, Fire(TimeSpan.FromHours(1)));
        Assert.Equal(AlertVerdict.Duplicate, Fire(Seconds(15)));
        Assert.Equal(AlertVerdict.Repeat, Fire(TimeSpan.FromHours(1)));
        Assert.Equal(2, _known!.Repeats);
    }

    [Fact]
    public void A_group_that_is_sent_since_another_alert_joined_it_repeats_nothing()
    {
        Fire(Seconds(1));
        Assert.Equal(AlertVerdict.Duplicate, Fire(TimeSpan.FromMinutes(5), composition: 3));
        Assert.Equal(AlertVerdict.Duplicate, Fire(Seconds(15), composition: 3)); // The other replica.
        Assert.Equal(AlertVerdict.Repeat, Fire(TimeSpan.FromHours(1), composition: 3));
        for (ulong composition = 4; composition < 50; composition++) Assert.Equal(AlertVerdict.Duplicate, Fire(TimeSpan.FromMinutes(5), composition));
        Assert.Equal(AlertVerdict.Repeat, Fire(TimeSpan.FromMinutes(10), composition: 50)); // It changes each time, and it still goes on after hours.
    }

    [Fact]
    public void What_began_long_ago_is_stale_at_its_first_delivery_only()
    {
        Assert.Equal(AlertVerdict.Stale, Fire(Seconds(1), starts: Now.AddMinutes(-16)));
        Assert.Equal(AlertVerdict.Stale, Fire(TimeSpan.FromHours(1), starts: Now.AddMinutes(-16)));
        _known = null;
        Assert.Equal(AlertVerdict.Accepted, Fire(Seconds(1), starts: _now.AddMinutes(-14)));
        Assert.Equal(AlertVerdict.Repeat, Fire(TimeSpan.FromHours(9), starts: _now.AddMinutes(-14)));
    }

    [Fact]
    public void Its_end_is_told_once_and_only_of_what_was_told()
    {
        Assert.Null(Resolve(Seconds(1)).After);
        Fire(Seconds(1));
        Judgement end = Resolve(Seconds(60));
        Assert.Equal((AlertVerdict.Accepted, AlertEventKind.Resolved), (end.Verdict, end.Event));
        Assert.Equal((AlertVerdict.Duplicate, null), (Resolve(Seconds(15)).Verdict, Resolve(Seconds(15)).Event));
        _known = null;
        Fire(Seconds(1), isMatched: false);
        Assert.Equal((AlertVerdict.NoPolicy, null), (Resolve(Seconds(5), isMatched: false).Verdict, _known!.Told));
        Assert.NotNull(_known.Ended);
    }

    [Fact]
    public void Who_comes_late_does_not_open_what_is_over()
    {
        Fire(Seconds(1));
        Resolve(Seconds(60), Now.AddSeconds(50));
        Assert.Equal(AlertVerdict.Duplicate, Fire(Seconds(15)));
        Assert.Equal(AlertVerdict.Accepted, Fire(Seconds(1), starts: Now.AddSeconds(70))); // Of a truly new beginning.
        Assert.Equal(AlertVerdict.Duplicate, Resolve(Seconds(5), Now.AddSeconds(50)).Verdict); // The other replica, of the first.
        Assert.Null(_known!.Ended);
        Resolve(Seconds(5), Now.AddSeconds(90));
        Assert.Equal(AlertVerdict.Accepted, Fire(TimeSpan.FromMinutes(3))); // Not late any more: Alertmanager had lost sight of it.
    }

    [Fact]
    public void A_policy_that_comes_later_is_told_of_what_still_fires()
    {
        Assert.Equal(AlertVerdict.NoPolicy, Fire(Seconds(1), isMatched: false));
        Assert.Equal(AlertVerdict.Accepted, Fire(TimeSpan.FromMinutes(5)));
        Assert.Equal(AlertVerdict.NoPolicy, Fire(TimeSpan.FromMinutes(5), isMatched: false));
        Assert.Equal(AlertVerdict.Repeat, Fire(TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void A_clock_that_is_set_back_repeats_nothing()
    {
        Fire(Seconds(1));
        Assert.Equal(AlertVerdict.Duplicate, Fire(TimeSpan.FromHours(-3)));
        Assert.Equal(AlertVerdict.Duplicate, Fire(TimeSpan.FromHours(2)));
    }
}

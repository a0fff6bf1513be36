using CsCheck;
using ProcessArsenal.Telemetry.EventPipe.Runtime;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>The ring, against a list.</summary>
public sealed class RecentEventsTests
{
    [Fact]
    public void It_has_the_last_of_what_was_added() => Gen.Select(Gen.String[0, 300], Gen.String[0, 20]).List[0, 100].Sample(added =>
    {
        var recent = new RecentEvents();
        for (int i = 0; i < added.Count; i++) recent.Add(DateTimeOffset.UnixEpoch.AddSeconds(i), i, added[i].Item1, added[i].Item2);
        Assert.Equal(
            added.Select((texts, i) => new RecentEvent(DateTimeOffset.UnixEpoch.AddSeconds(i), i, Cut(texts.Item1), Cut(texts.Item2))).TakeLast(RecentEvents.Most), recent.All);
    });

    [Fact]
    public void A_full_one_takes_no_more_memory()
    {
        var recent = new RecentEvents();
        for (int i = 0; i < RecentEvents.Most; i++) recent.Add(default, 0, new string('t', RecentEvents.LongestText), "message");
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) recent.Add(default, i, "Some.Exception", "Its message");
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string Cut(string text)
    {
        if (text.Length > RecentEvents.LongestText) text = text[..RecentEvents.LongestText];
        return text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[..^1] : text;
    }
}

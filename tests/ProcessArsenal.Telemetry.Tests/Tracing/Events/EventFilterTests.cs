using CsCheck;
using ProcessArsenal.Telemetry.Tracing.Events;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Events;

public sealed class EventFilterTests
{
    [Theory]
    [InlineData("orders", "Shop.Orders.Find(Int32)", true)]
    [InlineData("Orders.Find", "Shop.Orders.Find(Int32)", true)]
    [InlineData("Shop.*", "Shop.Orders.Find(Int32)", true)]
    [InlineData("shop.orders.find(*", "Shop.Orders.Find(Int32)", true)]
    [InlineData("*.Find", "Shop.Orders.Find(Int32)", false)]
    [InlineData("Orders.*", "Shop.Orders.Find(Int32)", false)]
    [InlineData("GC/St?rt", "GC/Start", true)]
    [InlineData("GC/St?rt", "GC/Startup", false)]
    [InlineData("a.b", "aXb", false)]
    [InlineData("a.*", "aXb", false)]
    [InlineData("*(a+b)*", "x(a+b)\ny", true)]
    [InlineData("*ab", "aab", true)]
    [InlineData("*a*b", "xaybzb", true)]
    [InlineData("*a*b", "xaybz", false)]
    [InlineData("**", "", true)]
    [InlineData("?*", "", false)]
    [InlineData("a?*c", "abc", true)]
    [InlineData("[", "x[0]", true)]
    public void A_pattern_is_a_part_of_a_name_or_describes_all_of_it(string pattern, string name, bool matches) => Assert.Equal(matches, NamePattern.Parse(pattern)!.Matches(name));

    [Fact]
    public void An_empty_one_and_one_that_is_too_long_are_none()
    {
        Assert.Null(NamePattern.Parse(""));
        Assert.Null(NamePattern.Parse(new string('a', NamePattern.Longest + 1)));
        Assert.NotNull(NamePattern.Parse(new string('*', NamePattern.Longest)));
    }

    /// <summary>As the slow way has it: by trying all.</summary>
    [Fact]
    public void A_pattern_describes_what_it_should() =>
        Gen.Select(Gen.Char["ab*?"].Array[1, 8], Gen.Char["aBc"].Array[0, 8]).Sample((pattern, name) =>
            pattern.AsSpan().ContainsAny('*', '?') ? NamePattern.Parse(new string(pattern))!.Matches(new string(name)) == Describes(pattern, name) : true);

    private static bool Describes(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (pattern.IsEmpty) return name.IsEmpty;
        if (pattern[0] == '*') return Describes(pattern[1..], name) || (!name.IsEmpty && Describes(pattern, name[1..]));
        return !name.IsEmpty && (pattern[0] == '?' || char.ToLowerInvariant(pattern[0]) == char.ToLowerInvariant(name[0])) && Describes(pattern[1..], name[1..]);
    }

    [Fact]
    public void What_somebody_writes_takes_no_more_time_than_anything_else()
    {
        foreach (string wild in (string[])["*a", "*?", "?*"])
        {
            NamePattern pattern = NamePattern.Parse(string.Concat(Enumerable.Repeat(wild, 99)) + "zz")!;
            long began = TimeProvider.System.GetTimestamp();
            for (int i = 0; i < 100; i++) Assert.False(pattern.Matches(new string('a', 300) + i));
            Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(5)); // Hours, if each star were tried at each place.
        }
    }

    [Theory]
    [InlineData(null, null, null, "Microsoft-Windows-DotNETRuntime", "GC/Start", null, true)]
    [InlineData(null, null, null, "Microsoft-DotNETCore-SampleProfiler", "Thread/Sample", null, false)]
    [InlineData(null, null, null, "Microsoft-Windows-DotNETRuntimeRundown", "Method/DCEndVerbose", null, false)]
    [InlineData("sampleprofiler", null, null, "Microsoft-DotNETCore-SampleProfiler", "Thread/Sample", null, true)]
    [InlineData("DotNETRuntime", "gc", null, "Microsoft-Windows-DotNETRuntime", "GC/Start", null, true)]
    [InlineData("DotNETRuntime", "exception", null, "Microsoft-Windows-DotNETRuntime", "GC/Start", null, false)]
    [InlineData("Rundown", null, null, "Microsoft-Windows-DotNETRuntimeRundown", "Method/DCEndVerbose", null, false)]
    [InlineData("http", null, null, "Microsoft-Windows-DotNETRuntime", "GC/Start", null, false)]
    [InlineData(null, null, "shop", "Microsoft-Diagnostics-DiagnosticSource", "Activity/Start", "Shop.Checkout", true)]
    [InlineData(null, null, "shop", "Microsoft-Diagnostics-DiagnosticSource", "Activity/Start", "System.Net.Http", false)]
    [InlineData(null, null, "shop", "Microsoft-Windows-DotNETRuntime", "GC/Start", null, false)]
    public void What_is_asked_for_is_shown(string? provider, string? name, string? source, string ofProvider, string ofName, string? ofSource, bool taken) =>
        Assert.Equal(taken, Filter(provider, name, source).Takes(ofProvider, ofName, () => ofSource));

    [Fact]
    public void What_is_not_asked_for_now_is_as_the_recording_has_it()
    {
        EventFilter both = Filter(null, "GC", null).Or(Filter("Runtime", "Exception", "shop"));
        Assert.Equal(("Runtime", "GC", "shop"), (both.Provider!.Text, both.Event!.Text, both.Source!.Text));
        Assert.Same(both, both.Or(null));
    }

    private static EventFilter Filter(string? provider, string? name, string? source) => new() { Provider = Parse(provider), Event = Parse(name), Source = Parse(source) };

    private static NamePattern? Parse(string? text) => text is null ? null : NamePattern.Parse(text);
}

using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ProcessArsenal.Telemetry.Tests.Tracing.Profiles.Pprof;
using ProcessArsenal.Telemetry.Tracing.Profiles;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Profiles;

public sealed class ProfileTests
{
    // Two threads: main calls work, which calls itself and leaf; the other only waits and runs a little.
    private static readonly StackProfile Known = new()
    {
        Methods = ["main", "work", "leaf;with \"all\"\n", "wait"],
        Stacks =
        [
            new StackCount(10, [0, 1], 100, 0),
            new StackCount(10, [0, 1, 1, 2], 300, 0),
            new StackCount(11, [0, 3], 0, 1000),
            new StackCount(11, [0, 1], 100, 0),
        ],
        Began = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Duration = TimeSpan.FromSeconds(2),
        Interval = TimeSpan.FromMilliseconds(2),
    };

    [Fact]
    public void Methods_have_their_own_time_and_that_of_what_they_call_once() =>
        Assert.Equal(
            [("leaf;with \"all\"\n", 0.6, 0.6), ("work", 0.4, 1.0), ("main", 0, 1.0)],
            HotMethods.Of(Known, 10).Select(static hot => (hot.Method, Math.Round(hot.Exclusive, 9), Math.Round(hot.Inclusive, 9))));

    [Fact]
    public void Who_called_whom_is_a_tree()
    {
        CallNode main = Assert.Single(CallTree.Of(Known, least: 0.01, deepest: 64));
        Assert.Equal(("main", 1.0, 1.0), (main.Method, Math.Round(main.Seconds, 9), main.Part));
        CallNode work = Assert.Single(main.Calls);
        Assert.Equal(("work", 0.6), (work.Calls[0].Method, Math.Round(work.Calls[0].Part, 9)));
        Assert.Equal("leaf;with \"all\"\n", Assert.Single(work.Calls[0].Calls).Method);
        Assert.Empty(Assert.Single(CallTree.Of(Known, least: 0.7, deepest: 64)).Calls[0].Calls); // Too small a part.
        Assert.Empty(Assert.Single(CallTree.Of(Known, least: 0.01, deepest: 1)).Calls);
    }

    /// <summary>A thread found running half as often as another may have used more: what the kernel says counts.</summary>
    [Fact]
    public void Threads_have_the_time_that_the_kernel_gives_them()
    {
        StackProfile weighed = new()
        {
            Methods = Known.Methods,
            Stacks = Known.Stacks,
            Began = Known.Began,
            Duration = Known.Duration,
            Interval = Known.Interval,
            ThreadSeconds = new Dictionary<int, double> { [11] = 1 },
        };
        Assert.Equal([0.2, 0.6, 0, 1.0], weighed.Seconds().Select(static seconds => Math.Round(seconds, 9)));
    }

    [Fact]
    public void Folded_stacks_are_a_line_each() =>
        Assert.Equal("main;work 400000\nmain;work;work;leaf:with \"all\"  600000\n", Encoding.UTF8.GetString(Written("folded")));

    [Fact]
    public void Speedscope_has_a_profile_for_each_thread()
    {
        using var json = JsonDocument.Parse(Written("speedscope"));
        JsonElement root = json.RootElement;
        Assert.Equal(Known.Methods, root.GetProperty("shared").GetProperty("frames").EnumerateArray().Select(static frame => frame.GetProperty("name").GetString()!));
        JsonElement[] threads = [.. root.GetProperty("profiles").EnumerateArray()];
        Assert.Equal(["thread 10", "thread 11"], threads.Select(static thread => thread.GetProperty("name").GetString()));
        Assert.Equal("[[0,1],[0,1,1,2]]", threads[0].GetProperty("samples").GetRawText());
        Assert.Equal([0.2, 0.6], threads[0].GetProperty("weights").EnumerateArray().Select(static weight => Math.Round(weight.GetDouble(), 9)));
        Assert.Equal(0.8, Math.Round(threads[0].GetProperty("endValue").GetDouble(), 9));
    }

    [Fact]
    public void Pprof_is_read_by_another_decoder()
    {
        using var gzip = new GZipStream(new MemoryStream(Written("pprof")), CompressionMode.Decompress);
        Profile profile = Profile.Parser.ParseFrom(gzip);
        string Text(long index) => profile.StringTable[(int)index];
        Assert.Equal(["samples/count", "cpu/nanoseconds"], profile.SampleType.Select(type => $"{Text(type.Type)}/{Text(type.Unit)}"));
        Assert.Equal("", profile.StringTable[0]);
        Dictionary<ulong, string> functions = profile.Function.ToDictionary(static function => function.Id, function => Text(function.Name));
        Dictionary<ulong, string> locations = profile.Location.ToDictionary(static location => location.Id, location => functions[location.Line.Single().FunctionId]);
        Assert.Equal(
            [("work<main", 100, 200_000_000, 10), ("leaf;with \"all\"\n<work<work<main", 300, 600_000_000, 10), ("work<main", 100, 200_000_000, 11)],
            profile.Sample.Select(sample => (string.Join('<', sample.LocationId.Select(id => locations[id])), sample.Value[0], sample.Value[1], sample.Label.Single(label => Text(label.Key) == "thread").Num)));
        Assert.Equal((1_767_323_045_000_000_000, 2_000_000_000, 2_000_000), (profile.TimeNanos, profile.DurationNanos, profile.Period));
    }

    [Theory]
    [InlineData("System.Threading.Monitor.Wait(Object, int32)", true)]
    [InlineData("System.Threading.Thread.Sleep(int32)", true)]
    [InlineData("Interop+Sys.Read(SafeHandle, int8*, int32)", true)]
    [InlineData("Interop+Sys.<Read>g____PInvoke|32_0(int, int8*, int32)", true)]
    [InlineData("Interop+Sys.ReadLink(String)", false)]
    [InlineData("Shop.Monitor.Wait(Object)", false)]
    [InlineData("System.Threading.Monitor.Exit(Object)", false)]
    public void Methods_that_wait_are_known(string method, bool waits) => Assert.Equal(waits, WaitMethods.Contains(method));

    private static byte[] Written(string format)
    {
        using var stream = new MemoryStream();
        ProfileFormats.Find(format)!.Write(Known, stream);
        return stream.ToArray();
    }
}

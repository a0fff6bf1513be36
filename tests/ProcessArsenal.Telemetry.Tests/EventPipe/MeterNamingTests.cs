using System.Text.RegularExpressions;
using CsCheck;
using ProcessArsenal.Telemetry.EventPipe.Meters;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

public sealed partial class MeterNamingTests
{
    [Theory]
    [InlineData("dotnet.gc.collections", "{collection}", nameof(MeterKind.Counter), "dotnet_gc_collections_total")]
    [InlineData("dotnet.process.cpu.time", "s", nameof(MeterKind.Counter), "dotnet_process_cpu_time_seconds_total")]
    [InlineData("dotnet.gc.last_collection.heap.size", "By", nameof(MeterKind.UpDownCounter), "dotnet_gc_last_collection_heap_size_bytes")]
    [InlineData("http.server.request.duration", "s", nameof(MeterKind.Histogram), "http_server_request_duration_seconds")]
    [InlineData("shop.bytes", "By", nameof(MeterKind.Counter), "shop_bytes_total")]
    [InlineData("shop.orders_total", "", nameof(MeterKind.Counter), "shop_orders_total")]
    [InlineData("shop.load", "1", nameof(MeterKind.Gauge), "shop_load_ratio")]
    [InlineData("shop.things", "1", nameof(MeterKind.Counter), "shop_things_total")]
    [InlineData("shop.speed", "By/s", nameof(MeterKind.Gauge), "shop_speed_bytes_per_second")]
    [InlineData("shop.rate", "{order}/min", nameof(MeterKind.Gauge), "shop_rate_per_minute")]
    [InlineData("shop.fill", "%", nameof(MeterKind.Gauge), "shop_fill_percent")]
    [InlineData("shop.odd", "furlong", nameof(MeterKind.Gauge), "shop_odd_furlong")]
    [InlineData("2nd...Käse", "", nameof(MeterKind.Gauge), "_2nd_K_se")]
    [InlineData("", "", nameof(MeterKind.Gauge), "_")]
    public void Families(string instrument, string unit, string kind, string name) =>
        Assert.Equal(name, MeterNaming.Family(instrument, unit, Enum.Parse<MeterKind>(kind)));

    [Theory]
    [InlineData("http.request.method", "http_request_method")]
    [InlineData("gc.heap.generation", "dotnet_gc_heap_generation")]
    [InlineData("group", "exported_group")]
    [InlineData("le", "exported_le")]
    public void Labels(string tag, string name) => Assert.Equal(name, MeterNaming.Label(tag));

    [Theory]
    [InlineData("", "")]
    [InlineData("city=Rome", "city:Rome")]
    [InlineData("city=Käse & Brot,express=True", "city:Käse & Brot|express:True")]
    [InlineData("list=a,b,c,other=1", "list:a,b,c|other:1")]
    [InlineData("query=a=b", "query:a=b")]
    [InlineData("text=\"quoted\", and=so", "text:\"quoted\", and=so")]
    [InlineData("empty=,http.route=/", "empty:|http.route:/")]
    [InlineData("nothing", "")]
    public void Tags(string text, string tags) => Assert.Equal(tags, string.Join('|', MeterNaming.Tags(text).Select(tag => tag.Name + ":" + tag.Value)));

    [Fact]
    public void Any_name_is_one_that_Prometheus_takes() => Gen.Select(Gen.String, Gen.String, Gen.Enum<MeterKind>()).Sample((instrument, unit, kind) =>
        Name().IsMatch(MeterNaming.Family(instrument, unit, kind)) && Name().IsMatch(MeterNaming.Label(instrument)));

    /// <summary>Of tags without commas and equals signs nothing is lost.</summary>
    [Fact]
    public void Tags_are_parted_as_they_were_joined() =>
        Gen.Select(Gen.Char["abcxyz._"].Array[1, 8].Select(name => "k" + new string(name)), Gen.Char[" abc\"\\\n;:"].Array[0, 8].Select(value => new string(value))).List[1, 6].Sample(tags =>
            MeterNaming.Tags(string.Join(',', tags.Select(tag => tag.Item1 + "=" + tag.Item2))).SequenceEqual(tags));

    [Fact]
    public void Nor_does_a_unit_without_end() => Assert.Equal("n", MeterNaming.Family("n", new string('/', 1_000_000), MeterKind.Gauge));

    [Fact]
    public void Nor_does_any_text_do_harm() => Gen.Char["ab=,.\" "].Array[0, 60].Sample(text => { _ = MeterNaming.Tags(new string(text)); });

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]*$")]
    private static partial Regex Name();
}

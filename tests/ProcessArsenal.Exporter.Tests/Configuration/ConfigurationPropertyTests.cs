using CsCheck;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Configuration.Yaml;
using YamlDotNet.Core;

namespace ProcessArsenal.Exporter.Tests.Configuration;

public sealed class ConfigurationPropertyTests
{
    private const string Seed = """
        listen: { metrics: "http://0.0.0.0:9464" }
        groups:
          rules:
            - { name: "{{.ExeBase}}", exe: [nginx], cmdline: ['--port=(?P<port>\d+)'], labels: { team: web } }
          exclude: [ 'name = "sleep"' ]
          max: 500
        watch: &a [ *a, !!str x ]
        ? [x]
        : |
          text
        per_process: { top: 10 }
        supervisors: [ { name: shop, strategy: one_for_all, children: [ { name: orders, command: [a, b], environment: { K: v }, stop_signal: 15, log: { keep: 1 }, health: { http: 'http://h' } } ] } ]

        """;

    private static readonly string[] Pieces =
        ["{", "}", "[", "]", "\"", "'", ":", ": ", "- ", "\n", "  ", "\t", "#", "&a", "*a", "!", "|", ">", "?", "%", "---\n", "...\n", "\0", "\\", "{{", "}}", "~", ",", "\uFEFF", "é"];

    private static readonly Gen<string> Mutated = Gen.Select(Gen.Int[0, Seed.Length], Gen.Int[0, 12], Gen.Int[0, Pieces.Length - 1]).Array[1, 6].Select(edits =>
    {
        string text = Seed;
        foreach ((int at, int drop, int piece) in edits)
        {
            int start = Math.Min(at, text.Length);
            text = text[..start] + Pieces[piece] + text[Math.Min(start + drop, text.Length)..];
        }
        return text;
    });

    [Fact]
    public void Mutated_files_never_throw_and_are_either_good_or_explained() => Mutated.Sample(Binds, iter: 5000);

    [Fact]
    public void Random_text_never_throws() =>
        Gen.Int[0, Pieces.Length - 1].Array[0, 40].Select(parts => string.Concat(parts.Select(i => Pieces[i]))).Sample(Binds, iter: 5000);

    [Fact]
    public void Random_variables_never_throw() =>
        Gen.Select(Gen.Int[0, ConfigurationCatalogue.Keys.Length - 1], Gen.String).Sample((key, value) =>
            LoadText.Environment((ConfigurationCatalogue.Keys[key].EnvironmentVariable, value)));

    [Fact]
    public void Durations_survive_the_round_trip() =>
        Gen.Long[0, 86_400_000L * 365].Sample(milliseconds =>
        {
            var duration = TimeSpan.FromMilliseconds(milliseconds);
            Assert.True(Durations.TryParse(Durations.Format(duration), out TimeSpan back));
            Assert.Equal(duration, back);
        });

    [Fact]
    public void Durations_never_throw() => Gen.String.Sample(text =>
    {
        _ = Durations.TryParse(text, out _);
    });

    [Theory]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("100ms", 100)]
    [InlineData("2d", 172_800_000)]
    [InlineData("0s", 0)]
    [InlineData("1.5ms", null)]
    [InlineData("-1s", null)]
    [InlineData(".5s", null)]
    [InlineData("5.s", null)]
    [InlineData("5 s", null)]
    [InlineData("1,5s", null)]
    [InlineData("5S", null)]
    [InlineData("99999999999999999d", null)]
    [InlineData("s", null)]
    public void Durations_are_strict(string text, int? milliseconds)
    {
        Assert.Equal(milliseconds is not null, Durations.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds ?? 0, duration.TotalMilliseconds);
    }

    [Fact]
    public void A_huge_file_of_one_kind_takes_no_time()
    {
        Binds(string.Concat(Enumerable.Range(0, 80_000).Select(i => $"key{i}: 1\n")));
        Binds(new string('[', 1_000_000));
        Binds("watch: [" + string.Concat(Enumerable.Repeat("a,", 100_000)) + "]");
    }

    [Theory]
    [InlineData(ScalarStyle.Plain, "abcd", 4, 2, 12)]
    [InlineData(ScalarStyle.SingleQuoted, "abcd", 6, 2, 13)]
    [InlineData(ScalarStyle.SingleQuoted, "a'cd", 7, 3, 15)]
    [InlineData(ScalarStyle.DoubleQuoted, "abcd", 6, 2, 13)]
    [InlineData(ScalarStyle.DoubleQuoted, "a\ncd", 7, 3, null)] // an escape: the column can't be told
    public void A_character_of_a_value_is_found_in_the_text(ScalarStyle style, string text, int width, int offset, int? column)
    {
        var scalar = new YamlScalar(new Position(3, 10), text, style, new Position(3, 10 + width));
        Assert.Equal(column, scalar.Locate(offset)?.Column);
    }

    private static void Binds(string text)
    {
        var errors = new ErrorList();
        new ConfigurationBinder(new ExporterConfiguration(), errors).BindFile(text, "f");
        Assert.All(errors.ToList(), error => Assert.True(error.Source != "f" || error is { Line: > 0, Column: > 0 }, error.ToString()));
    }
}

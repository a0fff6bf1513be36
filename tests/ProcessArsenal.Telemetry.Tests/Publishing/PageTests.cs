using System.Text;
using CsCheck;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Tests.Sampling;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Publishing;

public sealed class PageTests
{
    [Theory]
    [InlineData(ExpositionFormat.PrometheusText, "page.txt")]
    [InlineData(ExpositionFormat.OpenMetrics, "page.openmetrics.txt")]
    public void The_page_of_a_fixture_tree_is_the_golden_file(ExpositionFormat format, string golden)
    {
        using var bench = new SamplerBench(new SamplingOptions { Watch = [Rules.Parse("unit = \"orders.service\"")], Top = 1 });
        Fleet(bench);
        bench.Tick();
        bench.Proc.Process(200, p => (p.UserTicks, p.SystemTicks, p.WriteBytes) = (1234, 56, 1 << 20)).Process(300, p => p.MajorFaults = 7).Exit(400);
        bench.Tick();
        string page = bench.Page(format);
        // Real time, not the test's: how long it took here says nothing elsewhere.
        page = string.Join('\n', page.Split('\n').Select(line => line.StartsWith("arsenal_", StringComparison.Ordinal)
            && line.Contains("_duration_seconds", StringComparison.Ordinal) ? line[..(line.LastIndexOf(' ') + 1)] + "(varies)" : line));
        Golden.Check("tests/golden/" + golden, page);
    }

    [Fact]
    public void Any_label_value_reads_back_from_the_page()
    {
        Gen.OneOf(Gen.String, Hostile).Sample(value =>
        {
            string expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value[..Math.Min(value.Length, LabelBlock.MaxValueLength)]));
            byte[] block = LabelBlock.Encode(("name", value));
            if (value.Length == 0) return block.Length == 0;
            string text = Encoding.UTF8.GetString(block);
            string inner = text["name=\"".Length..^1];
            string back = WithoutPictures(Unescape(inner));
            return !inner.Any(char.IsControl) && (back == expected || (value.Length > LabelBlock.MaxValueLength && expected.StartsWith(back, StringComparison.Ordinal)));
        });
    }

    [Fact]
    public void Distinct_values_are_distinct_labels()
    {
        Gen.Select(Hostile, Hostile).Sample((one, other) =>
            one == other == LabelBlock.Encode(("name", one)).AsSpan().SequenceEqual(LabelBlock.Encode(("name", other))), iter: 100_000);
    }

    [Theory]
    [InlineData("\e[31mred\a", "␛[31mred␇")]
    [InlineData("\r\t\x7f\0", "␍␉␡␀")]
    [InlineData("\u009b31m", "␦9B31m")]
    [InlineData("␛[31m", "␦␛[31m")]
    [InlineData("a\nb\"\\", "a\\nb\\\"\\\\")]
    [InlineData("luks\\x2dhome ✓ \u202e", "luks\\\\x2dhome ✓ \u202e")]
    public void Control_characters_are_shown_as_pictures(string value, string label) =>
        Assert.Equal($"name=\"{label}\"", Encoding.UTF8.GetString(LabelBlock.Encode(("name", value))));

    [Fact]
    public void What_a_meter_says_of_itself_drives_no_terminal_either()
    {
        var family = new FamilyText("a_total", "counter", null, "Red \e[31m\r or\nnot.");
        Assert.Equal("# HELP a_total Red ␛[31m␍ or\\nnot.\n# TYPE a_total counter\n", Encoding.UTF8.GetString(family.Header(ExpositionFormat.PrometheusText)));
    }

    /// <summary>Short texts of what is treated in a way of its own, and of what that becomes.</summary>
    private static readonly Gen<string> Hostile = Gen.String[Gen.Char["\0\a\e\r\n\t\x7f\x80\u009b\u009f\u2400\u240a\u241b\u2421\u2425\u2426\u2427n\"\\9B"], 1, 4];

    /// <summary>Undoes <see cref="ControlPictures"/>.</summary>
    private static string WithoutPictures(string text)
    {
        var back = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == ControlPictures.Mark && text[i + 1] is '8' or '9') back.Append((char)Convert.ToInt32(text.Substring((i += 2) - 1, 2), 16));
            else if (text[i] == ControlPictures.Mark) back.Append(text[++i]);
            else if (text[i] == '\u2421') back.Append('\x7f');
            else back.Append(text[i] is >= '\u2400' and < '\u2420' ? (char)(text[i] - '\u2400') : text[i]);
        }
        return back.ToString();
    }

    private static void Fleet(SamplerBench bench)
    {
        bench.Proc.Process(1, p => (p.Name, p.Executable, p.ParentPid, p.StartTicks) = ("systemd", "/usr/lib/systemd/systemd", 0, 1));
        bench.Proc.Process(2, p => (p.Name, p.Flags, p.HasMemory, p.State, p.StartTicks) = ("kthreadd", 0x200000, false, 'S', 1));
        bench.Proc.Process(200, p =>
        {
            p.Name = "Orders.Api";
            p.Executable = "/usr/share/dotnet/dotnet";
            p.Arguments = ["dotnet", "Orders.Api.dll"];
            p.Cgroup = "0::/system.slice/orders.service\n";
            (p.Threads, p.ResidentPages, p.AnonymousKibibytes, p.SwapKibibytes) = (42, 30_000, 100_000, 2048);
        });
        bench.Proc.Process(300, p =>
        {
            p.Name = "we\"ird\n)\\";
            p.Executable = "/opt/we\"ird\n)\\ (deleted)";
            p.Cgroup = $"0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-{new string('a', 64)}.scope\n";
            p.ResidentPages = 60_000;
        });
        bench.Proc.Process(400, p => (p.Name, p.Executable) = ("short", "/usr/bin/short"));
    }

    private static string Unescape(string text)
    {
        var back = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\') back.Append(text[i]);
            else back.Append(text[++i] == 'n' ? '\n' : text[i]);
        }
        return back.ToString();
    }
}

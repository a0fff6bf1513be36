namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>Judges of a page that we did not write ourselves.</summary>
internal static class PageChecks
{
    private const string StrictParser = """
        import sys
        from prometheus_client.openmetrics.parser import text_string_to_metric_families
        families = list(text_string_to_metric_families(sys.stdin.buffer.read().decode("utf-8")))
        for family in families:
            suffix = "_total" if family.type == "counter" else "_info" if family.type == "info" else ""
            print(family.name + suffix, "gauge" if family.type == "info" else family.type)
        """;

    /// <summary>Families and their types as the strict OpenMetrics parser of prometheus_client sees them; fails where it objects.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> OpenMetricsFamilies(string page)
    {
        // Debian's own python: another one that comes first in PATH need not have the package.
        string python = Repository.Existing("/usr/bin/python3", "install Debian's packages python3 and python3-prometheus-client");
        Command parsed = await Command.Run(python, ["-c", StrictParser], page);
        Assert.True(parsed.ExitCode == 0, "The strict OpenMetrics parser objects:\n" + parsed.Error);
        return parsed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')).ToDictionary(w => w[0], w => w[1], StringComparer.Ordinal);
    }

    /// <summary>The lint remarks of promtool, sorted; fails where it can't parse the page.</summary>
    public static async Task<string[]> PromtoolRemarks(string page)
    {
        string promtool = Repository.Existing("/usr/bin/promtool", "install Debian's package prometheus (scripts/setup.sh does as root)");
        Command checkedPage = await Command.Run(promtool, ["check", "metrics"], page);
        // promtool(1): 1 is a parse error, 3 are remarks on style.
        Assert.True(checkedPage.ExitCode is 0 or 3, $"promtool: exit {checkedPage.ExitCode}\n{checkedPage.Output}{checkedPage.Error}");
        return (checkedPage.Output + checkedPage.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal).ToArray();
    }
}

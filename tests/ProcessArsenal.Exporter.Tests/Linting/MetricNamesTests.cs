using System.Text.RegularExpressions;
using ProcessArsenal.Exporter.Linting;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.Linting;

public sealed partial class MetricNamesTests
{
    [GeneratedRegex("""`(?<name>[a-z_]+)(\{[^`]*)?`""")]
    private static partial Regex Names { get; }

    /// <summary>docs/metrics.md is compared with the page by other tests.</summary>
    [Fact]
    public void They_are_those_of_the_document()
    {
        string[] lines = File.ReadAllLines(Path.Join(Repository.Root, "docs", "metrics.md"));
        IEnumerable<string> told = lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(line => Names.Matches(line.Split('|')[1]).Select(match => match.Groups["name"].Value));
        Assert.Equal(told.Append("process_info").Append("process_flow_bytes_total").Distinct().Order(StringComparer.Ordinal), MetricNames.Families.Order(StringComparer.Ordinal));
    }
}

using System.CommandLine;
using System.Text.RegularExpressions;
using ProcessArsenal.Exporter.Commands;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Exporter.Tests.Kit;

/// <summary>What runbooks tell to type, our command line takes.</summary>
public sealed partial class RunbookTests
{
    public static string Folder { get; } = Path.Join(Repository.Root, "docs", "runbooks");

    [GeneratedRegex("""process-arsenal (?<words>[a-z][^`#;&|\n]*)""")]
    private static partial Regex Commands { get; }

    [GeneratedRegex("""\]\((?<file>[^)]+)\)""")]
    private static partial Regex Links { get; }

    [GeneratedRegex("""'(?<text>[^']*)'|"(?<text>[^"]*)"|(?<text>\S+)""")]
    private static partial Regex Words { get; }

    [Fact]
    public void Every_command_of_every_runbook_is_one_of_ours()
    {
        RootCommand root = CommandLine.Create(new CommandContext());
        int commands = 0;
        foreach (string file in Directory.GetFiles(Folder, "*.md"))
        {
            foreach (Match match in Commands.Matches(File.ReadAllText(file)))
            {
                string[] words = [.. Words.Matches(Meant(match.Groups["words"].Value)).Select(word => word.Groups["text"].Value)];
                if (words is ["-n", ..]) continue;
                ParseResult parsed = root.Parse(words);
                Assert.True(parsed.Errors.Count == 0, $"{Path.GetFileName(file)}: {match.Value}: {string.Join(", ", parsed.Errors.Select(error => error.Message))}");
                if (words[0] == "find") Assert.True(Expression.TryParse(words[1], out _, out ExpressionError? error), $"{Path.GetFileName(file)}: {words[1]}: {error}");
                commands++;
            }
        }
        Assert.True(commands > 60);
    }

    [Fact]
    public void Every_link_leads_to_a_file() => Assert.All(
        Directory.GetFiles(Folder, "*.md").SelectMany(file => Links.Matches(File.ReadAllText(file)).Select(match => match.Groups["file"].Value)).Distinct(),
        link => Assert.True(File.Exists(Path.Join(Folder, link)), link));

    /// <summary>With something in the place of each placeholder.</summary>
    private static string Meant(string text) => text.Replace("PID", "4711", StringComparison.Ordinal).Replace("PARENT", "4711", StringComparison.Ordinal)
        .Replace(" ID", " 17", StringComparison.Ordinal).Replace("SUPERVISOR/CHILD", "shop/orders", StringComparison.Ordinal);
}

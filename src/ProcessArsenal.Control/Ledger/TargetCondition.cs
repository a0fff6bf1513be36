using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>Whom an action was about, by whatever somebody remembers of it at three in the morning: as SQL over the rows of its intent and outcome. Values are compared as they are, and never become SQL.</summary>
internal static class TargetCondition
{
    /// <summary>Of an identifier of a container, as Docker shows it.</summary>
    private const int ShortContainer = 12;

    private const string Target = "i.content ->> '$.intent.target'", Details = "i.content ->> '$.intent.details.", Result = "o.content ->> '$.details.";

    /// <summary>Where it may be as it is.</summary>
    private static readonly string[] Same =
    [
        Target, $"{Details}name'", $"{Details}group'", $"{Details}unit'", $"{Details}container'", $"{Details}key'", $"{Details}identity'",
        $"{Result}owner'", $"{Result}old'", $"{Result}new'",
    ];

    /// <summary>Where identities are, of which a pid is the first part.</summary>
    private static readonly string[] Identities = [Target, $"{Details}identity'", $"{Result}old'", $"{Result}new'"];

    /// <param name="target">A pid, with or without <c>@</c> and what follows; or a name.</param>
    /// <returns>A condition that has parameters of <paramref name="command"/>.</returns>
    public static string Of(SqliteCommand command, string target)
    {
        string pid = target.Split('@')[0];
        bool isPid = pid.Length > 0 && pid.All(char.IsAsciiDigit);
        command.Parameters.AddWithValue("$whom", target);
        var any = new List<string>(Same.Select(static at => $"{at} = $whom"));
        // A child by its own name, a key by what follows its kind, a unit without its suffix.
        any.Add($"substr({Target}, -length($whom) - 1) = '/' || $whom");
        any.Add($"substr({Details}key', -length($whom) - 1) = '/' || $whom");
        any.Add($"{Details}unit' = $whom || '.service'");
        if (target.Length >= ShortContainer) any.Add($"substr({Details}container', 1, length($whom)) = $whom");
        if (isPid)
        {
            command.Parameters.AddWithValue("$pid", pid + "-");
            any.AddRange(Identities.Select(static at => $"substr({at}, 1, length($pid)) = $pid"));
        }
        return $"({string.Join(" OR ", any)})";
    }
}

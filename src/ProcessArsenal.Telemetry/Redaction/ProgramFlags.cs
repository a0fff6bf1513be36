using System.Buffers;
using System.Text;

namespace ProcessArsenal.Telemetry.Redaction;

/// <summary>Flags whose value is a secret though their name does not say so, by the program that knows them.</summary>
internal static class ProgramFlags
{
    private static readonly Dictionary<string, string[]> ByProgram = new(StringComparer.Ordinal)
    {
        ["mysql"] = ["-p"],
        ["mysqldump"] = ["-p"],
        ["mysqladmin"] = ["-p"],
        ["mariadb"] = ["-p"],
        ["mongo"] = ["-p"],
        ["mongosh"] = ["-p"],
        ["mongodump"] = ["-p"],
        ["sshpass"] = ["-p"],
        ["redis-cli"] = ["-a"],
        ["curl"] = ["-u", "-H", "-b", "-U"],
        ["wget"] = ["--header"],
        ["sqlcmd"] = ["-P"],
        ["bcp"] = ["-P"],
        ["ldapsearch"] = ["-w"],
        ["ldapmodify"] = ["-w"],
        ["smbclient"] = ["-U"],
        ["docker"] = ["-p"],
        ["podman"] = ["-p"],
        ["openssl"] = ["-passin", "-passout", "-k", "-K"],
        ["7z"] = ["-p"],
        ["zip"] = ["-P"],
        ["unzip"] = ["-P"],
        ["kinit"] = ["-k"],
    };

    /// <summary>What may stand before the name in a line for a shell: <c>$(/usr/bin/mysql</c>.</summary>
    private static readonly SearchValues<char> BeforeName = SearchValues.Create("/(`\"'=");

    /// <summary>Those of a program by its name or path; null if none are known.</summary>
    public static string[]? Of(string program) => ByProgram.GetValueOrDefault(program[(program.AsSpan().LastIndexOfAny(BeforeName) + 1)..]);

    /// <summary>The one of them that a secret follows in the same word; null if none does.</summary>
    public static string? FlagBefore(string word, string[] flags) =>
        Array.Find(flags, flag => flag.Length == 2 && word.Length > 2 && word.StartsWith(flag, StringComparison.Ordinal));

    /// <summary>Hides them in a text of several words, such as the argument of <c>sh -c</c>. Goes over it once.</summary>
    public static string HideWithin(string text)
    {
        if (!text.AsSpan().ContainsAny(' ', '\t', '\n')) return text;
        StringBuilder? shown = null;
        string[] flags = [];
        bool isNext = false;
        int kept = 0;
        for (int at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            int end = FlaggedSecrets.ValueEnd(text, at);
            string word = text[at..end];
            int hide = isNext ? at : FlagBefore(word, flags) is { } flag ? at + flag.Length : -1;
            if (hide >= 0)
            {
                (shown ??= new StringBuilder(text.Length)).Append(text, kept, hide - kept).Append(SecretShapes.Mask);
                kept = end;
            }
            isNext = !isNext && Array.IndexOf(flags, word) >= 0;
            flags = Of(word.TrimEnd('"', '\'')) ?? flags;
            at = end;
        }
        return shown is null ? text : shown.Append(text, kept, text.Length - kept).ToString();
    }
}

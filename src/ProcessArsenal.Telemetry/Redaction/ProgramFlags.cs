using System.Buffers;
using System.Text;

namespace ProcessArsenal.Telemetry.Redaction;

/// <summary>Flags whose value is a secret though their name does not say so, by the program that knows them.</summary>
internal static class ProgramFlags
{
    /// <summary>Of programs whose <c>-p</c> is a secret only after <c>login</c>: <c>docker run -p 80:80</c> is none.</summary>
    private const string LoginFlag = "--password";

    private static readonly Dictionary<string, string[]> ByProgram = new(StringComparer.Ordinal)
    {
        ["mysql"] = ["-p"],
        ["mysqldump"] = ["-p"],
        ["mysqladmin"] = ["-p"],
        ["mysqlcheck"] = ["-p"],
        ["mysqlimport"] = ["-p"],
        ["mysqlsh"] = ["-p"],
        ["mysqlbinlog"] = ["-p"],
        ["mariadb-dump"] = ["-p"],
        ["mariadb-admin"] = ["-p"],
        ["mongorestore"] = ["-p"],
        ["mongoexport"] = ["-p"],
        ["mongoimport"] = ["-p"],
        ["mosquitto_pub"] = ["-P"],
        ["mosquitto_sub"] = ["-P"],
        ["ipmitool"] = ["-P"],
        ["snmpwalk"] = ["-A", "-X", "-c"],
        ["snmpget"] = ["-A", "-X", "-c"],
        ["rdesktop"] = ["-p"],
        ["lftp"] = ["-u"],
        ["cqlsh"] = ["-p"],
        ["rabbitmqadmin"] = ["-p"],
        ["az"] = ["-p"],
        ["ldapadd"] = ["-w"],
        ["ldapdelete"] = ["-w"],
        ["ldappasswd"] = ["-w", "-s", "-a"],
        ["skopeo"] = [LoginFlag, "--creds", "--src-creds", "--dest-creds"],
        ["mariadb"] = ["-p"],
        ["mongo"] = ["-p"],
        ["mongosh"] = ["-p"],
        ["mongodump"] = ["-p"],
        ["sshpass"] = ["-p"],
        ["redis-cli"] = ["-a"],
        ["curl"] = ["-u", "-H", "-b", "-U", "--user", "--proxy-user", "--header", "--proxy-header"],
        ["wget"] = ["--header"],
        ["sqlcmd"] = ["-P"],
        ["bcp"] = ["-P"],
        ["ldapsearch"] = ["-w"],
        ["ldapmodify"] = ["-w"],
        ["smbclient"] = ["-U"],
        ["docker"] = [LoginFlag],
        ["podman"] = [LoginFlag],
        ["openssl"] = ["-passin", "-passout", "-k", "-K"],
        ["7z"] = ["-p"],
        ["zip"] = ["-P"],
        ["unzip"] = ["-P"],
        ["kinit"] = ["-k"],
    };

    /// <summary>What may stand before the name in a line for a shell: <c>$(/usr/bin/mysql</c>.</summary>
    private static readonly SearchValues<char> BeforeName = SearchValues.Create("/(`\"'=|&;{<>\n");

    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Those of a program by its name or path; null if none are known.</summary>
    public static string[]? Of(string program) => ByProgram.GetValueOrDefault(program[(program.AsSpan().LastIndexOfAny(BeforeName) + 1)..]);

    /// <summary>The one of them that a secret follows in the same word; null if none does.</summary>
    public static string? FlagBefore(string word, string[] flags)
    {
        foreach (string flag in flags)
        {
            if (word.Length <= flag.Length || !word.StartsWith(flag, StringComparison.Ordinal)) continue;
            if (flag.Length == 2) return flag;
            if (word[flag.Length] == '=') return flag + "=";
        }
        return null;
    }

    /// <summary>Whether the next word is a secret: after <c>-u</c>, and after <c>-su</c>, which is <c>-s -u</c>.</summary>
    public static bool IsBeforeSecret(string word, string[] flags)
    {
        if (Array.IndexOf(flags, word) >= 0) return true;
        if (word.Length < 3 || word[0] != '-' || word.AsSpan(1).ContainsAnyExcept(Letters)) return false;
        foreach (string flag in flags)
            if (flag.Length == 2 && flag[1] == word[^1]) return true;
        return false;
    }

    /// <summary>Those that are known so far with those of one more word, if that is a program: sudo, env or timeout may start it. Or if it is
    /// <c>login</c>, after a program that knows that.</summary>
    public static string[] With(string[] flags, string word)
    {
        if (word.AsSpan().Trim("\"'") is "login" && Array.IndexOf(flags, LoginFlag) >= 0) return [.. flags.Union(["-p"])];
        if (word.Contains("://", StringComparison.Ordinal) || Of(word) is not { } more || Array.IndexOf(flags, more[0]) >= 0 && Array.IndexOf(flags, more[^1]) >= 0) return flags;
        return [.. flags.Union(more)];
    }

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
            int end = FlaggedSecrets.ValueEnd(text, at, hasCommands: false);
            string word = text[at..end];
            int hide = isNext ? at : FlagBefore(word, flags) is { } flag ? at + flag.Length : -1;
            if (hide >= 0)
            {
                (shown ??= new StringBuilder(text.Length)).Append(text, kept, hide - kept).Append(SecretShapes.Mask);
                kept = end;
            }
            isNext = !isNext && IsBeforeSecret(word, flags);
            flags = With(flags, word.TrimEnd('"', '\'', ';', ')'));
            at = end;
        }
        return shown is null ? text : shown.Append(text, kept, text.Length - kept).ToString();
    }
}

namespace ProcessArsenal.Telemetry.Redaction;

/// <summary>Arguments of a process without the secrets among them.</summary>
public static class ArgumentRedaction
{
    /// <summary>Flags whose value is a secret though their name does not say so, by the program that knows them.</summary>
    private static readonly Dictionary<string, string[]> ShortFlags = new(StringComparer.Ordinal)
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

    /// <summary>The same number of arguments, each as it is or with <c>***</c> in the place of what may be a secret.</summary>
    public static IReadOnlyList<string> Hide(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0) return arguments;
        string[] shown = new string[arguments.Count];
        string program = arguments[0][(arguments[0].LastIndexOf('/') + 1)..];
        string[] flags = ShortFlags.GetValueOrDefault(program) ?? [];
        bool isNext = false;
        for (int i = 0; i < shown.Length; i++)
        {
            string argument = arguments[i];
            if (i == 0) shown[i] = SecretShapes.Hide(argument);
            else if (isNext) shown[i] = argument.Length > 0 ? SecretShapes.Mask : "";
            else shown[i] = Hide(argument, flags);
            isNext = i > 0 && ExpectsSecret(argument, flags); // Also after such a flag: the first may have had no value (--auth --token VALUE).
        }
        return shown;
    }

    /// <summary>All of it in one line.</summary>
    public static string HideLine(IReadOnlyList<string> arguments) => string.Join(' ', Hide(arguments));

    private static bool ExpectsSecret(string argument, string[] flags)
    {
        if (Array.IndexOf(flags, argument) >= 0) return true;
        // A flag of a secret's name without a value of its own: the next argument is it.
        return argument.Length > 1 && argument[0] == '-' && argument.AsSpan().IndexOfAny('=', ':', ' ') < 0 && SecretNames.IsSecret(argument.AsSpan().TrimStart('-'));
    }

    private static string Hide(string argument, string[] flags)
    {
        foreach (string flag in flags)
            if (flag.Length == 2 && argument.Length > 2 && argument.StartsWith(flag, StringComparison.Ordinal)) return flag + SecretShapes.Mask; // mysql -pSECRET
        int end = argument.AsSpan().IndexOfAny('=', ':');
        bool isPair = end > 0 && argument.AsSpan(0, end).IndexOfAny(' ', '"', '/') < (argument[0] == '/' ? 1 : 0);
        return isPair && SecretNames.IsSecret(argument.AsSpan(0, end)) ? argument[..(end + 1)] + SecretShapes.Mask : SecretShapes.Hide(argument);
    }
}

using System.Globalization;

namespace ProcessArsenal.Control.Actions;

/// <summary>Signals by name (signal(7)), with the numbers that they have on x86, Arm and most others.</summary>
public static class SignalNames
{
    public const int Kill = 9, Terminate = 15, Continue = 18, Stop = 19;

    /// <summary>Those that may be sent by name. SIGKILL, SIGSTOP and SIGCONT are the actions kill, suspend and resume.</summary>
    public static readonly IReadOnlyDictionary<string, int> Allowed = new SortedDictionary<string, int>(StringComparer.Ordinal)
    {
        ["HUP"] = 1,
        ["INT"] = 2,
        ["QUIT"] = 3,
        ["USR1"] = 10,
        ["USR2"] = 12,
        ["TERM"] = Terminate,
        ["WINCH"] = 28,
    };

    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
        "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>Such as SIGTERM.</summary>
    public static string Of(int signal) => signal > 0 && signal < Names.Length ? $"SIG{Names[signal]}" : string.Create(CultureInfo.InvariantCulture, $"signal {signal}");

    /// <returns>Its number, of <c>TERM</c> or <c>SIGTERM</c>, in capitals or not; null if it is none that may be sent.</returns>
    public static int? Parse(string text)
    {
        string name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal)) name = name[3..];
        return Allowed.TryGetValue(name, out int number) ? number : null;
    }

    /// <returns>The number of any signal by its name, with SIG or without, in capitals or not; null if there is none of that name.</returns>
    public static int? Find(string text)
    {
        string name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal)) name = name[3..];
        int number = name.Length == 0 ? -1 : Array.IndexOf(Names, name);
        return number > 0 ? number : null;
    }
}

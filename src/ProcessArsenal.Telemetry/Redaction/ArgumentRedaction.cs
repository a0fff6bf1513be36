namespace ProcessArsenal.Telemetry.Redaction;

/// <summary>Arguments of a process without the secrets among them.</summary>
public static class ArgumentRedaction
{
    /// <summary>The same number of arguments, each as it is or with <c>***</c> in the place of what may be a secret.</summary>
    public static IReadOnlyList<string> Hide(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0) return arguments;
        string[] shown = new string[arguments.Count];
        string[] flags = [];
        bool isNext = false;
        for (int i = 0; i < shown.Length; i++)
        {
            string argument = arguments[i];
            if (i == 0) shown[i] = SecretShapes.Hide(ProgramFlags.HideWithin(argument));
            else if (isNext) shown[i] = argument.Length > 0 ? SecretShapes.Mask : "";
            else shown[i] = Hide(argument, flags);
            flags = ProgramFlags.With(flags, argument);
            isNext = i > 0 && ExpectsSecret(argument, flags); // Also after such a flag: the first may have had no value (--auth --token VALUE).
        }
        return shown;
    }

    /// <summary>All of it in one line.</summary>
    public static string HideLine(IReadOnlyList<string> arguments) => string.Join(' ', Hide(arguments));

    private static bool ExpectsSecret(string argument, string[] flags)
    {
        if (ProgramFlags.IsBeforeSecret(argument, flags)) return true;
        // A flag of a secret's name without a value of its own: the next argument is it.
        return argument.Length > 1 && argument[0] == '-' && argument.AsSpan().IndexOfAny('=', ':', ' ') < 0 && SecretNames.IsSecret(argument.AsSpan().TrimStart('-'));
    }

    private static string Hide(string argument, string[] flags)
    {
        if (ProgramFlags.FlagBefore(argument, flags) is { } flag) return flag + SecretShapes.Mask; // mysql -pSECRET
        int end = argument.AsSpan().IndexOfAny('=', ':');
        bool isPair = end > 0 && argument.AsSpan(0, end).IndexOfAny(' ', '"', '/') < (argument[0] == '/' ? 1 : 0);
        return isPair && SecretNames.IsSecret(argument.AsSpan(0, end)) ? argument[..(end + 1)] + SecretShapes.Mask : SecretShapes.Hide(ProgramFlags.HideWithin(argument));
    }
}

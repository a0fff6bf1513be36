namespace ProcessArsenal.Control.Policies;

/// <summary>How far a policy goes. In this order: each does more than the one before.</summary>
public enum PolicyMode : byte
{
    /// <summary>It is not looked at.</summary>
    Off,

    /// <summary>It says when it would act, and asks nobody.</summary>
    Observe,

    /// <summary>It asks the guards too, and says what they say; nothing is done.</summary>
    DryRun,

    /// <summary>It acts once an operator has approved.</summary>
    Approve,

    /// <summary>It acts.</summary>
    Enforce,
}

/// <summary>How modes are written.</summary>
public static class PolicyModes
{
    public static readonly (string Word, PolicyMode Value)[] Words =
        [("off", PolicyMode.Off), ("observe", PolicyMode.Observe), ("dry_run", PolicyMode.DryRun), ("approve", PolicyMode.Approve), ("enforce", PolicyMode.Enforce)];

    public static string Name(this PolicyMode mode) => Array.Find(Words, word => word.Value == mode).Word;

    /// <returns>Null if it is none.</returns>
    public static PolicyMode? Parse(string text) => Array.FindIndex(Words, word => word.Word == text) is >= 0 and int at ? Words[at].Value : null;

    /// <summary>Whether something is ever done in it.</summary>
    public static bool Acts(this PolicyMode mode) => mode >= PolicyMode.Approve;
}

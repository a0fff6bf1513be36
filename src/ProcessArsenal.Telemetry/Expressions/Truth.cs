namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>Kleene's three-valued logic. Ordered, so that <c>and</c> is the least of its parts and <c>or</c> the greatest.</summary>
public enum Truth : byte
{
    False,
    Unknown,
    True,
}

internal static class Truths
{
    public static Truth Of(bool value) => value ? Truth.True : Truth.False;

    /// <summary>The least of both.</summary>
    public static Truth And(Truth a, Truth b) => a < b ? a : b;

    /// <summary>Not unknown is unknown.</summary>
    public static Truth Not(Truth value) => Truth.True - (byte)value;
}

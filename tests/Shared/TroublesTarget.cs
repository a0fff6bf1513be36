namespace ProcessArsenal.Tests;

/// <summary>A run of tests/targets/Troubles.</summary>
internal sealed class TroublesTarget : TargetProgram
{
    private TroublesTarget(string[] line)
        : base(line)
    {
    }

    /// <summary>Starts it on a runtime, with its trouble, and waits until that has begun.</summary>
    /// <param name="framework">net8.0, net9.0 or net10.0.</param>
    /// <param name="trouble">burn WAITING, gc, exceptions, convoy, starve, leak KIND, fill MIB, compress.</param>
    public static Task<TroublesTarget> StartOn(string framework, params string[] trouble) => Ready(new TroublesTarget([.. Command("Troubles", framework), .. trouble]));

    /// <summary>Has one that leaks keep so many more.</summary>
    public Task Leak(int count) => Do(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"leak {count}"));
}

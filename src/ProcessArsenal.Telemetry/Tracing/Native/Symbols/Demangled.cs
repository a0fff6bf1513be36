namespace ProcessArsenal.Telemetry.Tracing.Native.Symbols;

/// <summary>What compilers made of names, as it was written.</summary>
internal static class Demangled
{
    /// <returns>The name itself if it is none of those, or makes no sense.</returns>
    public static string Of(string name) => name;
}

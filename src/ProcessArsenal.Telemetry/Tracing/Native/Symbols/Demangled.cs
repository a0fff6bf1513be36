namespace ProcessArsenal.Telemetry.Tracing.Native.Symbols;

/// <summary>What compilers made of names, as it was written: of Rust and C++. For names alone: parameters of C++ functions are left out. No package of NuGet
/// does that without a library in C++. Pure, bounded, and never fails by exception.</summary>
internal static class Demangled
{
    private const int Longest = 4096;

    /// <returns>The name itself if it is none of those, or makes no sense.</returns>
    public static string Of(string name)
    {
        if (name.Length > Longest) return name;
        // What follows a dot was added by an optimizer or the linker (.cold, .part.0, .llvm.123); legacy names of Rust may have dots in them.
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        string plain = dot < 0 ? name : name[..dot], suffix = dot < 0 ? "" : name[dot..];
        if (name.StartsWith("_R", StringComparison.Ordinal)) return RustNames.Demangle(plain) is { Length: > 0 } rust ? rust + suffix : name;
        if (!name.StartsWith("_Z", StringComparison.Ordinal)) return name;
        return LegacyRustNames.Demangle(name) ?? (ItaniumNames.Demangle(plain) is { Length: > 0 } cpp ? cpp + suffix : name);
    }
}

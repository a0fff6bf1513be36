namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>The program <c>dotnet</c>, which runs others: <c>dotnet Orders.dll</c> is Orders as far as anybody who looks on is concerned. Its arguments are
/// chosen by whoever started it.</summary>
internal static class DotnetHost
{
    /// <summary>Of its executable.</summary>
    public const string Name = "dotnet";

    private const string Exec = "exec";

    private static readonly string[] Extensions = [".dll", ".exe"];

    /// <summary>The name of the program that it runs, without folder and extension.</summary>
    /// <param name="arguments">All of them, with its own name; null if they are not known.</param>
    /// <returns>Null if it runs a command of the SDK (<c>build</c>, <c>run</c>), or that is not known.</returns>
    public static string? ProgramOf(IReadOnlyList<string>? arguments)
    {
        if (arguments is null) return null;
        int next = 1;
        if (next < arguments.Count && arguments[next] == Exec) next++;
        // Each option of the host that a program may follow has a value: --roll-forward Major, --depsfile FILE, ... (hostfxr, command_line.cpp)
        while (next < arguments.Count && arguments[next].StartsWith("--", StringComparison.Ordinal)) next += 2;
        if (next >= arguments.Count) return null;
        string file = ProcessDescription.BaseName(arguments[next]);
        string? extension = Array.Find(Extensions, known => file.EndsWith(known, StringComparison.OrdinalIgnoreCase));
        return extension is null || file.Length == extension.Length ? null : file[..^extension.Length];
    }
}

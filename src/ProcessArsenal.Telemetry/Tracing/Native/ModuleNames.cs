namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>How functions are written: with the file that they are of. Pure.</summary>
internal static class ModuleNames
{
    /// <summary>Code of which nobody has said what it is.</summary>
    public const string Unknown = "?";

    private const string Kernel = "kernel", MadeAtRunTime = "made at run time";

    /// <summary>Characters that are shown of a function, and of a file.</summary>
    public const int Longest = 400;

    /// <param name="function">Null if it is not known.</param>
    /// <param name="file">Its name; null if it is of none.</param>
    public static string Of(string? function, string? file) => $"{Text.Quoting.Cap(function ?? Unknown, Longest)} [{Text.Quoting.Cap(file ?? MadeAtRunTime, Longest)}]";

    /// <param name="function">Null if it is not known.</param>
    public static string OfKernel(string? function) => Of(function, Kernel);
}

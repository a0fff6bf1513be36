using System.Globalization;

namespace ProcessArsenal.Overhead;

/// <summary>Settings of a run, from the environment.</summary>
internal static class Settings
{
    public static int Number(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}

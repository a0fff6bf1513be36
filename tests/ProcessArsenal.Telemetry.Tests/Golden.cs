namespace ProcessArsenal.Telemetry.Tests;

/// <summary>Files in the repository that are generated: a test compares them, and renews them if UPDATE_GOLDEN=1.</summary>
internal static class Golden
{
    public static void Check(string path, string text)
    {
        string file = Path.Combine(Root(), path);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(file, text);
        Assert.True(File.Exists(file), $"{path} is missing; run the tests with UPDATE_GOLDEN=1.");
        Assert.True(
            File.ReadAllText(file) == text,
            $"{path} is not what the code generates; run the tests with UPDATE_GOLDEN=1 and look at the difference.");
    }

    private static string Root()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "Directory.Packages.props"))) return d.FullName;
        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}

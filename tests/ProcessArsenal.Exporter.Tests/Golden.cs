namespace ProcessArsenal.Exporter.Tests;

/// <summary>Compares text that others read with a file under tests/golden; UPDATE_GOLDEN=1 rewrites the file instead.</summary>
internal static class Golden
{
    public static void Check(string name, string actual)
    {
        string path = Path.Join(Root(), "tests", "golden", name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }
        Assert.True(File.Exists(path), $"tests/golden/{name} is missing: run the tests once with UPDATE_GOLDEN=1 and commit it.");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    /// <summary>The repository: the nearest directory above the test program that has the solution.</summary>
    public static string Root()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Join(at.FullName, "ProcessArsenal.Exporter.sln"))) return at.FullName;
        throw new DirectoryNotFoundException("No ProcessArsenal.Exporter.sln above " + AppContext.BaseDirectory);
    }
}

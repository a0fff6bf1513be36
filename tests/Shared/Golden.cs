namespace ProcessArsenal.Tests;

/// <summary>Text that others read, kept in the repository: a test compares it, UPDATE_GOLDEN=1 renews it (<c>make golden</c>).</summary>
internal static class Golden
{
    /// <param name="path">Relative to the repository.</param>
    public static void Check(string path, string actual)
    {
        string file = Path.Join(Root(), path);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }
        Assert.True(File.Exists(file), $"{path} is missing: run 'make golden' and commit it.");
        Assert.Equal(File.ReadAllText(file), actual);
    }

    /// <summary>The repository: the nearest directory above the test program that has the solution.</summary>
    public static string Root()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Join(at.FullName, "ProcessArsenal.Exporter.sln"))) return at.FullName;
        throw new DirectoryNotFoundException("No ProcessArsenal.Exporter.sln above " + AppContext.BaseDirectory);
    }
}

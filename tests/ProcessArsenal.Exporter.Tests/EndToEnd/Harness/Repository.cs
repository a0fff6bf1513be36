using System.Diagnostics;
namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>Where the tests find what `make test` prepared.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Golden(string name) => Path.Combine(Root, "tests", "golden", name);

    /// <summary>The published program: what is shipped, not a test host.</summary>
    public static string Program => Existing(
        Environment.GetEnvironmentVariable("PROCESS_ARSENAL") ?? Path.Combine(Root, "artifacts", "publish", "process-arsenal"),
        "run `make publish`, or set PROCESS_ARSENAL to the published program");

    /// <summary>What belongs beside it.</summary>
    public static string Library => Path.Join(Path.GetDirectoryName(Program), "libe_sqlite3.so");

    public static string Workload => Existing(Path.Combine(Root, "artifacts", "workload"), "run `make artifacts/workload`");

    public static string Existing(string path, string remedy)
    {
        Assert.True(File.Exists(path), $"{path} is missing: {remedy}.");
        return path;
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ProcessArsenal.Exporter.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests run outside of the repository.");
    }
}

/// <summary>A folder for one test, readable by every user, so that the exporter can run as another one.</summary>
internal sealed class Scratch : IDisposable
{
    private const UnixFileMode Public = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public Scratch()
    {
        Folder = Directory.CreateTempSubdirectory("arsenal-e2e-").FullName;
        File.SetUnixFileMode(Folder, Public);
    }

    public string Folder { get; }

    public string PathOf(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    public string MakeFolderForAll(string name)
    {
        if (Directory.Exists(PathOf(name))) return PathOf(name); // By now it may lie on a disk that can only be read.
        Directory.CreateDirectory(PathOf(name));
        File.SetUnixFileMode(PathOf(name), Public | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
        return PathOf(name);
    }

    public string CopyProgram(string source, string name)
    {
        string target = PathOf(name);
        if (!File.Exists(target))
        {
            // By a process of its own: a child that another thread forks meanwhile would hold the file open for writing until its exec, and it could not be started.
            using (Process copy = Process.Start("cp", ["--", source, target])) copy.WaitForExit();
            File.SetUnixFileMode(target, Public);
        }

        return target;
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // A process of the test may still be writing its last line; /tmp is cleaned by the system.
        }
    }
}

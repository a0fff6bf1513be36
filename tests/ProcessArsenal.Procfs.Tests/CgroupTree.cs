namespace ProcessArsenal.Procfs.Tests;

/// <summary>Files of control groups in a folder of their own.</summary>
internal sealed class CgroupTree : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("cgroups-").FullName;

    public void Write(string path, string text)
    {
        path = Path.Join(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

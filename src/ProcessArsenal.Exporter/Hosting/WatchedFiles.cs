namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Tells whether any of some files changed since it was last read. Follows symbolic links, since that is how Kubernetes swaps a mounted
/// configuration.</summary>
internal sealed class WatchedFiles
{
    private Dictionary<string, (DateTime, long)> _stamps = new(StringComparer.Ordinal);

    /// <summary>Which files to watch; those that were not watched before count as read now.</summary>
    public void Watch(IEnumerable<string> files)
    {
        Dictionary<string, (DateTime, long)> known = _stamps;
        var stamps = new Dictionary<string, (DateTime, long)>(StringComparer.Ordinal);
        foreach (string file in files) stamps[file] = known.TryGetValue(file, out (DateTime, long) stamp) ? stamp : Stamp(file);
        _stamps = stamps; // Swapped whole: another thread looks.
    }

    /// <summary>To be called before they are read.</summary>
    public void MarkRead() => _stamps = _stamps.Keys.ToDictionary(file => file, Stamp, StringComparer.Ordinal);

    public bool HaveChanged()
    {
        foreach ((string file, (DateTime, long) stamp) in _stamps)
            if (Stamp(file) != stamp) return true;
        return false;
    }

    private static (DateTime, long) Stamp(string path)
    {
        try
        {
            var file = new FileInfo(path);
            FileSystemInfo target = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return target is FileInfo { Exists: true } found ? (found.LastWriteTimeUtc, found.Length) : default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }
}

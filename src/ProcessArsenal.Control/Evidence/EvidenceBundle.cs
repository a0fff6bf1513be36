using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace ProcessArsenal.Control.Evidence;

/// <summary>A bundle as one file: a compressed tar archive with a directory of its own. Its names are ours alone: nothing that a process chooses is a name in it.</summary>
public static class EvidenceBundle
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int MostEntries = 64, LongestEnd = 64 * 1024;

    /// <summary>Packs it, the manifest first.</summary>
    internal static byte[] Pack(EvidenceManifest manifest, IReadOnlyDictionary<string, byte[]> files)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Pax))
        {
            Write(EvidenceManifest.FileName, JsonSerializer.SerializeToUtf8Bytes(manifest, EvidenceJson.Default.EvidenceManifest));
            foreach ((string name, byte[] content) in files) Write(name, content);

            void Write(string name, byte[] content) => tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, string.Create(CultureInfo.InvariantCulture, $"evidence-{manifest.Action}/{name}"))
            {
                DataStream = new MemoryStream(content),
                Mode = OwnerOnly,
                ModificationTime = manifest.Began,
            });
        }
        return packed.ToArray();
    }

    internal static EvidenceFile Describe(string name, byte[] content) => new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>Whether a bundle has what its manifest says, and nothing else. It may come from anywhere.</summary>
    /// <returns>Null if it has; else what is wrong.</returns>
    public static string? WhatIsWrong(Stream bundle)
    {
        try
        {
            Dictionary<string, byte[]> files = Unpack(bundle, out string? wrong);
            if (wrong is not null) return wrong;
            if (!files.Remove(EvidenceManifest.FileName, out byte[]? told) || JsonSerializer.Deserialize(told, EvidenceJson.Default.EvidenceManifest) is not { Files: { } listed }) return $"it has no {EvidenceManifest.FileName}";
            foreach (EvidenceFile file in listed)
            {
                if (file?.Name is null || !files.Remove(file.Name, out byte[]? content)) return $"{file?.Name ?? "a file"} is missing";
                if (Describe(file.Name, content) != file) return $"{file.Name} is not what was written";
            }
            return files.Count > 0 ? $"{files.Keys.First()} is not in its {EvidenceManifest.FileName}" : null;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or JsonException or FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return $"it can't be read: {e.Message}";
        }
    }

    /// <param name="wrong">Null if it was read.</param>
    private static Dictionary<string, byte[]> Unpack(Stream bundle, out string? wrong)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        wrong = null;
        using var gzip = new GZipStream(bundle, CompressionMode.Decompress, leaveOpen: true);
        using var tar = new TarReader(gzip);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType != TarEntryType.RegularFile || entry.Length > EvidenceParts.MostBytes || files.Count == MostEntries)
            {
                wrong = "it has more than a bundle has";
                break;
            }
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            if (!files.TryAdd(entry.Name[(entry.Name.IndexOf('/', StringComparison.Ordinal) + 1)..], content.ToArray())) wrong = "it has a file twice";
        }
        // Its checksum is behind all that: what breaks off is found there, and whatever else is there is none of ours.
        if (wrong is null && gzip.ReadAtLeast(new byte[LongestEnd], LongestEnd, throwOnEndOfStream: false) == LongestEnd) wrong = "it has more than a bundle has";
        return files;
    }
}

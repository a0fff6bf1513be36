using System.Security.Cryptography;

namespace ProcessArsenal.Control.Evidence;

/// <summary>One file of a bundle.</summary>
/// <param name="Sha256">Of its bytes, hexadecimal.</param>
public sealed record EvidenceFile(string Name, long Bytes, string Sha256);

/// <summary>What a bundle has, written last: a bundle without one was not finished.</summary>
/// <param name="Identity">Whose process it is about.</param>
/// <param name="Reason">Why it was taken.</param>
/// <param name="Took">Seconds.</param>
/// <param name="Missing">What is not there, and why.</param>
public sealed record EvidenceManifest(string Identity, string Reason, DateTimeOffset Began, double Took, IReadOnlyList<EvidenceFile> Files, IReadOnlyDictionary<string, string> Missing)
{
    public const string Name = "manifest.json";

    /// <summary>Bytes of all files.</summary>
    public long Bytes => Files.Sum(static file => file.Bytes);

    /// <summary>Whether each file is what was written.</summary>
    /// <returns>Null if it is; else what is wrong.</returns>
    public string? WhatIsWrong(string folder)
    {
        foreach (EvidenceFile file in Files)
        {
            string path = Path.Join(folder, file.Name);
            try
            {
                using FileStream content = File.OpenRead(path);
                if (content.Length != file.Bytes || Convert.ToHexStringLower(SHA256.HashData(content)) != file.Sha256) return $"{file.Name} is not what was written";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return $"{file.Name} can't be read: {e.Message}";
            }
        }
        return null;
    }
}

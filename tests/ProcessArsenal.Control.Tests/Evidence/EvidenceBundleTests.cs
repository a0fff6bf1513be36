using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using CsCheck;
using ProcessArsenal.Control.Evidence;

namespace ProcessArsenal.Control.Tests.Evidence;

public sealed class EvidenceBundleTests
{
    private static readonly SortedDictionary<string, byte[]> Files = new(StringComparer.Ordinal) { ["history.json"] = "{\"signals\":[]}"u8.ToArray(), ["process.json"] = "{\"pid\":4711}"u8.ToArray() };

    private static readonly EvidenceManifest Manifest = new(
        "web-1", 17, "4711-1-ab12cd34", "orders", "a test", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), 0.1, [.. Files.Select(static file => EvidenceBundle.Describe(file.Key, file.Value))],
        new Dictionary<string, string> { ["tree"] = "it has ended" });

    [Fact]
    public void What_was_packed_is_found_whole() => Assert.Null(Check(EvidenceBundle.Pack(Manifest, Files)));

    [Fact]
    public void What_is_changed_afterwards_is_found()
    {
        Assert.Equal("process.json is not what was written", Check(EvidenceBundle.Pack(Manifest, With("process.json", "{\"pid\":4712}"))));
        Assert.Equal("notes.txt is not in its manifest.json", Check(EvidenceBundle.Pack(Manifest, With("notes.txt", "more"))));
        Assert.Equal("history.json is missing", Check(EvidenceBundle.Pack(Manifest, new Dictionary<string, byte[]> { ["process.json"] = Files["process.json"] })));
        Assert.Equal("it has a file twice", Check(EvidenceBundle.Pack(Manifest, With(EvidenceManifest.FileName, "{}"))));
        Assert.Equal("it has no manifest.json", Check(Archive(static tar => Write(tar, "evidence-17/process.json", "{}"))));
        Assert.StartsWith("it can't be read", Check(Archive(static tar => Write(tar, "evidence-17/manifest.json", "[3"))), StringComparison.Ordinal);
        Assert.Equal("it has more than a bundle has", Check(Archive(static tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "evidence-17/manifest.json") { LinkName = "/etc/passwd" }))));
        Assert.Equal("it has more than a bundle has", Check(Archive(static tar =>
        {
            for (int i = 0; i < 100; i++) Write(tar, FormattableString.Invariant($"evidence-17/{i}"), "");
        })));
        Assert.Equal("it has more than a bundle has", Check(Archive(static tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a/bomb") { DataStream = new MemoryStream(new byte[EvidenceParts.MostBytes + 1]) }))));
    }

    [Fact]
    public void Whatever_is_given_is_answered()
    {
        byte[] whole = EvidenceBundle.Pack(Manifest, Files);
        Gen.Byte.Array[0, 200].Sample(static bytes => Check(bytes) is not null);
        // What comes after the last file is an end, and a checksum, that .NET does not miss: the files have their hashes.
        for (int length = 0; length < whole.Length - EndBytes; length++) Assert.True(Check(whole[..length]) is not null, $"{length} of {whole.Length}");
        // In the header of gzip there are bytes that mean nothing.
        Gen.Select(Gen.Int[10, whole.Length - 1], Gen.Byte[1, 255]).Sample((at, by) =>
        {
            byte[] changed = [.. whole];
            changed[at] ^= by;
            _ = Check(changed);
        });
        byte[] plain = Unzip(whole);
        Gen.Select(Gen.Int[0, plain.Length - 1], Gen.Byte[1, 255]).Sample((at, by) =>
        {
            byte[] changed = [.. plain];
            changed[at] ^= by;
            _ = Check(Zip(changed));
        });
    }

    /// <summary>Of a compressed end of an archive, zeros, and the trailer of gzip.</summary>
    private const int EndBytes = 32;

    private static string? Check(byte[] bundle) => EvidenceBundle.WhatIsWrong(new MemoryStream(bundle));

    private static Dictionary<string, byte[]> With(string name, string content) => new(Files) { [name] = Encoding.UTF8.GetBytes(content) };

    private static byte[] Archive(Action<TarWriter> write)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip)) write(tar);
        return packed.ToArray();
    }

    private static void Write(TarWriter tar, string name, string content) => tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });

    private static byte[] Unzip(byte[] bytes)
    {
        using var plain = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private static byte[] Zip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return packed.ToArray();
    }
}

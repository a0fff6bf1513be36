using System.IO.Compression;

namespace Troubles;

/// <summary>Compresses the same bytes again and again: the runtime has that done by a library in C.</summary>
internal static class Compression
{
    private static readonly byte[] Text = Make();

    public static void Begin() => new Thread(Work) { IsBackground = true }.Start();

    private static void Work()
    {
        while (true)
        {
            using var output = new MemoryStream();
            using (var deflate = new DeflateStream(output, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(Text);
        }
    }

    private static byte[] Make()
    {
        byte[] bytes = new byte[1 << 20];
        uint state = 1;
        for (int i = 0; i < bytes.Length; i++)
        {
            state = (state * 1664525) + 1013904223;
            bytes[i] = (byte)('a' + (state >> 28));
        }
        return bytes;
    }
}

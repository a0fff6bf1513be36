using System.Text;
using CsCheck;
using ProcessArsenal.Exporter.Endpoints;

namespace ProcessArsenal.Exporter.Tests.Endpoints;

public sealed class PageBufferTests
{
    /// <summary>A piece: written as a stream would, or through a span for which so much more is asked than used.</summary>
    private static readonly Gen<(int Length, bool Stream, int More)> Piece = Gen.Select(Gen.Int[0, 300_000], Gen.Bool, Gen.Int[0, 200_000]);

    [Fact]
    public void What_is_written_in_pieces_is_read_back_as_a_whole_page_after_page()
    {
        Gen.Select(Piece.Array[0, 6], Piece.Array[0, 6]).Sample((first, second) =>
        {
            using var buffer = new PageBuffer();
            return WritesAndReadsBack(buffer, first) && WritesAndReadsBack(buffer, second);
        }, iter: 200);
    }

    [Fact]
    public void The_memory_of_one_large_page_is_let_go_of_after_two_small_ones()
    {
        using var buffer = new PageBuffer();
        foreach (int length in (int[])[10_000_000, 1000, 1000])
        {
            buffer.Write(new byte[length]);
            buffer.Reset();
        }
        Assert.Equal(PageBuffer.BlockSize, buffer.Capacity);
    }

    [Fact]
    public void Pages_of_the_same_size_use_the_same_memory()
    {
        using var buffer = new PageBuffer();
        var page = new byte[1_000_000];
        buffer.Write(page);
        buffer.Reset();
        long before = GC.GetAllocatedBytesForCurrentThread();
        buffer.Write(page);
        buffer.Reset();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    private static bool WritesAndReadsBack(PageBuffer buffer, (int Length, bool Stream, int More)[] pieces)
    {
        var expected = new StringBuilder();
        for (int i = 0; i < pieces.Length; i++)
        {
            string text = new((char)('a' + i), pieces[i].Length);
            expected.Append(text);
            byte[] bytes = Encoding.ASCII.GetBytes(text);
            if (pieces[i].Stream)
            {
                buffer.Write(bytes);
                continue;
            }
            bytes.CopyTo(buffer.GetSpan(bytes.Length + pieces[i].More));
            buffer.Advance(bytes.Length);
        }
        var read = new StringBuilder();
        for (int i = 0; i < buffer.BlockCount; i++) read.Append(Encoding.ASCII.GetString(buffer[i].Span));
        bool same = buffer.Length == expected.Length && read.Equals(expected);
        buffer.Reset();
        return same;
    }
}

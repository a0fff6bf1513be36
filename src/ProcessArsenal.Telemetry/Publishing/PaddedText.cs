using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>A short text in UTF-8 with room behind it, so that it is copied in whole vectors without a look at its end.</summary>
internal readonly struct PaddedText
{
    /// <summary>Bytes that <see cref="CopyTo"/> may write beyond the text.</summary>
    public const int Overshoot = 15;

    private readonly byte[] _bytes;

    public PaddedText(string text)
    {
        Length = Encoding.UTF8.GetByteCount(text);
        _bytes = new byte[Length + Overshoot];
        Encoding.UTF8.GetBytes(text, _bytes);
    }

    /// <summary>Bytes of the text.</summary>
    public int Length { get; }

    /// <summary>Copies it, and up to <see cref="Overshoot"/> bytes more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CopyTo(ref byte destination)
    {
        ref byte from = ref MemoryMarshal.GetArrayDataReference(_bytes);
        for (int i = 0; i < Length; i += Vector128<byte>.Count) Vector128.LoadUnsafe(ref from, (nuint)i).StoreUnsafe(ref destination, (nuint)i);
    }
}

using System.Runtime.CompilerServices;

namespace Orders;

/// <summary>The bug.</summary>
/// <param name="bytes">Of each order.</param>
internal sealed class Audit(int bytes)
{
    private readonly List<byte[]> _everything = [];

    [MethodImpl(MethodImplOptions.NoInlining)] // By its own name in a recording, not as a part of its caller.
    public void Note(int order)
    {
        if (bytes == 0) return;
        byte[] entry = new byte[bytes];
        entry.AsSpan().Fill((byte)order); // Memory that was never written to is not there.
        lock (_everything) _everything.Add(entry);
    }
}

namespace ProcessArsenal.Telemetry.EventPipe.NetTrace;

/// <summary>The stacks that events refer to by number, until the next sequence point: then numbers are given anew (NetTraceFormat_v5.md of microsoft/perfview). Those for which
/// there is no room are left out.</summary>
internal sealed class EventStacks
{
    /// <summary>How many are kept, and bytes of all: a target has some thousands between two sequence points.</summary>
    public const int Most = 65_536, MostBytes = 16 * 1024 * 1024;

    private readonly Dictionary<uint, (int At, int Length)> _places = [];
    private byte[] _bytes = new byte[4096];
    private int _used;

    /// <summary>Takes a block: the first number, how many, and of each its size and addresses, the innermost first.</summary>
    /// <exception cref="NetTraceException">It is not one.</exception>
    public void Take(ReadOnlySpan<byte> block)
    {
        var cursor = new BinaryCursor(block);
        uint number = (uint)cursor.ReadInt32();
        int count = cursor.ReadInt32();
        for (int i = 0; i < count && !cursor.HasFailed; i++) Keep(unchecked(number + (uint)i), cursor.ReadBytes(cursor.ReadInt32()));
        if (cursor.HasFailed || count < 0) throw new NetTraceException("A block of stacks holds fewer than it says.");
    }

    /// <summary>A sequence point has come.</summary>
    public void Clear()
    {
        _places.Clear();
        _used = 0;
    }

    /// <returns>Addresses as the target has them, of its size; empty if there is none. Valid until the next block.</returns>
    public ReadOnlySpan<byte> Of(uint number) => _places.TryGetValue(number, out (int At, int Length) place) ? _bytes.AsSpan(place.At, place.Length) : default;

    private void Keep(uint number, ReadOnlySpan<byte> stack)
    {
        if (stack.IsEmpty || _places.Count >= Most || stack.Length > MostBytes - _used) return;
        if (stack.Length > _bytes.Length - _used) Array.Resize(ref _bytes, (int)Math.Min(MostBytes, Math.Max(2L * _bytes.Length, _used + stack.Length)));
        stack.CopyTo(_bytes.AsSpan(_used));
        _places[number] = (_used, stack.Length);
        _used += stack.Length;
    }
}

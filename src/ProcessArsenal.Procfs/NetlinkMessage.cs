using System.Runtime.InteropServices;

namespace ProcessArsenal.Procfs;

/// <summary>The messages of netlink(7) in a datagram, and their attributes: struct nlmsghdr of length (4), type (2), flags (2), sequence (4) and port (4); struct
/// nlattr of length (2) and type (2). Both are padded to 4.</summary>
internal static class NetlinkMessage
{
    public const int Header = 16;
    public const ushort Error = 2, Done = 3; // NLMSG_ERROR, NLMSG_DONE
    public const ushort Request = 1, Dump = 0x300; // NLM_F_REQUEST, NLM_F_DUMP

    /// <summary>Takes the first message off a datagram.</summary>
    /// <param name="body">What follows the header.</param>
    /// <returns>False at the end, or if what is left is no whole message; nothing is taken then.</returns>
    public static bool TryNext(scoped ref ReadOnlySpan<byte> datagram, out ushort type, out uint sequence, out ReadOnlySpan<byte> body)
    {
        type = 0;
        sequence = 0;
        body = default;
        if (datagram.Length < Header) return false;
        uint length = MemoryMarshal.Read<uint>(datagram);
        if (length < Header || length > (uint)datagram.Length) return false;
        type = MemoryMarshal.Read<ushort>(datagram[4..]);
        sequence = MemoryMarshal.Read<uint>(datagram[8..]);
        body = datagram[Header..(int)length];
        datagram = datagram[Math.Min(Align((int)length), datagram.Length)..];
        return true;
    }

    /// <summary>Takes the first attribute off those that follow the fixed part of a message.</summary>
    /// <returns>False at the end, or if what is left is no whole attribute.</returns>
    public static bool TryNextAttribute(scoped ref ReadOnlySpan<byte> attributes, out ushort type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (attributes.Length < 4) return false;
        int length = MemoryMarshal.Read<ushort>(attributes);
        if (length < 4 || length > attributes.Length) return false;
        type = (ushort)(MemoryMarshal.Read<ushort>(attributes[2..]) & 0x3fff); // NLA_TYPE_MASK
        value = attributes[4..length];
        attributes = attributes[Math.Min(Align(length), attributes.Length)..];
        return true;
    }

    /// <summary>Writes the header of a message that is as long as <paramref name="message"/>.</summary>
    public static void WriteHeader(Span<byte> message, ushort type, ushort flags)
    {
        message[..Header].Clear();
        MemoryMarshal.Write(message, message.Length);
        MemoryMarshal.Write(message[4..], type);
        MemoryMarshal.Write(message[6..], flags);
    }

    private static int Align(int length) => (length + 3) & ~3;
}

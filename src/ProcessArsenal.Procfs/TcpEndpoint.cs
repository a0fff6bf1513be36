using System.Buffers.Binary;
using System.Net;

namespace ProcessArsenal.Procfs;

/// <summary>An address and a port. An IPv4 address is written as the IPv6 one that is mapped to it, so that the two ends of a connection are told in the same
/// way even if one of them is an IPv6 socket. Which interface a link-local address belongs to is not part of it.</summary>
public readonly record struct TcpEndpoint(UInt128 Address, ushort Port) : IComparable<TcpEndpoint>
{
    private const ulong Mapped = 0xffff_0000_0000;

    /// <summary>Whether it stands for all addresses of the host: 0.0.0.0 or [::].</summary>
    public bool IsAnyAddress => Address == UInt128.Zero || Address == Mapped;

    /// <summary>127.0.0.0/8 or ::1.</summary>
    public bool IsLoopback => Address == UInt128.One || Address >> 24 == (Mapped >> 24 | 127);

    public static UInt128 AddressOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int length) ? FromNetwork(bytes[..length]) : UInt128.Zero;
    }

    /// <param name="address">4 or 16 bytes as they are sent.</param>
    internal static UInt128 FromNetwork(ReadOnlySpan<byte> address) =>
        address.Length == 4 ? Mapped | BinaryPrimitives.ReadUInt32BigEndian(address) : BinaryPrimitives.ReadUInt128BigEndian(address);

    /// <summary>The address alone.</summary>
    public IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
        return Address >> 32 == Mapped >> 32 ? new IPAddress(bytes[12..]) : new IPAddress(bytes);
    }

    public int CompareTo(TcpEndpoint other) => Address != other.Address ? Address.CompareTo(other.Address) : Port.CompareTo(other.Port);

    /// <summary><c>127.0.0.1:80</c>, <c>[::1]:80</c></summary>
    public override string ToString() => new IPEndPoint(ToAddress(), Port).ToString();

    public static bool operator <(TcpEndpoint left, TcpEndpoint right) => left.CompareTo(right) < 0;

    public static bool operator >(TcpEndpoint left, TcpEndpoint right) => left.CompareTo(right) > 0;

    public static bool operator <=(TcpEndpoint left, TcpEndpoint right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TcpEndpoint left, TcpEndpoint right) => left.CompareTo(right) >= 0;
}

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Resources;

/// <summary>The value of <c>service.instance.id</c>: a UUID of version 5 (RFC 9562) made of who a process is and where, so that it is the same after
/// our own restart, and another for each process anywhere.</summary>
internal static class InstanceId
{
    /// <summary>That of the semantic conventions for this attribute.</summary>
    private static readonly Guid Namespace = new("4d63009a-8d0f-11ee-aad7-4c796ed8e320");

    /// <param name="host">What tells hosts apart.</param>
    [SuppressMessage("Security", "CA5350", Justification = "Version 5 is made by SHA-1; nothing is kept secret by it.")]
    public static Guid Of(ProcessIdentity process, string host)
    {
        byte[] name = Encoding.UTF8.GetBytes($"{host}/{process}");
        byte[] input = new byte[16 + name.Length];
        _ = Namespace.TryWriteBytes(input, bigEndian: true, out _);
        name.CopyTo(input, 16);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(input, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}

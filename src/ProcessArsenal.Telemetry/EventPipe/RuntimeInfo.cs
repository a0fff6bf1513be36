using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>What the runtime of a target says it is: the answer to command ProcessInfo2
/// (<see href="https://github.com/dotnet/diagnostics/blob/main/documentation/design-docs/ipc-protocol.md">ipc-protocol.md</see>). Runtimes before .NET 6
/// don't know it. All texts are chosen by the target.</summary>
/// <param name="Version">Of the runtime, without the commit that may follow: <c>10.0.12</c>, <c>11.0.0-preview.1.25080.5</c>.</param>
/// <param name="Major">The number that it begins with.</param>
/// <param name="EntryAssembly">The name of the program's own assembly, without path and extension; empty before it is loaded.</param>
/// <param name="OperatingSystem">As the runtime was built for it: <c>Linux</c>.</param>
/// <param name="Architecture"><c>x64</c>, <c>arm64</c>, ...</param>
internal sealed record RuntimeInfo(string Version, int Major, string EntryAssembly, string OperatingSystem, string Architecture)
{
    /// <summary>What its environment says that it is.</summary>
    public ServiceEnvironment Service { get; init; } = ServiceEnvironment.None;

    /// <summary>Longest text that is kept; the rest is cut.</summary>
    public const int MaxLength = 256;

    private const int MagicSize = 14, HeaderSize = 20, IdSize = sizeof(long) + 16;
    private const byte ProcessCommands = 0x04, ProcessInfo2 = 0x04, ServerCommands = 0xFF, Ok = 0x00;

    /// <summary>Magic, size, command set, command, reserved. An answer is 64 KiB at most: that is what its size has room for.</summary>
    private static readonly byte[] Request = [.. "DOTNET_IPC_V1\0"u8, HeaderSize, 0, ProcessCommands, ProcessInfo2, 0, 0];

    /// <summary>Asks a target.</summary>
    /// <param name="cancellationToken">The deadline: one that is stopped or hung does not answer.</param>
    /// <returns>Null if it is gone, refuses, does not know the command, or answers nonsense.</returns>
    /// <exception cref="OperationCanceledException">It did not answer in time.</exception>
    public static Task<RuntimeInfo?> ReadAsync(DiagnosticSocket socket, CancellationToken cancellationToken) => ReadAsync(socket.Path, cancellationToken);

    /// <inheritdoc cref="ReadAsync(DiagnosticSocket, CancellationToken)"/>
    internal static async Task<RuntimeInfo?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            for (int sent = 0; sent < Request.Length;) sent += await connection.SendAsync(Request.AsMemory(sent), SocketFlags.None, cancellationToken);
            byte[] header = new byte[HeaderSize];
            if (!await FillAsync(connection, header, cancellationToken) || !IsAnswer(header, out int size)) return null;
            byte[] payload = new byte[size];
            return await FillAsync(connection, payload, cancellationToken) ? Parse(payload) : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Parses what follows the head of the answer: the pid and a cookie, the command line, system, architecture, entry assembly, version.
    /// </summary>
    internal static RuntimeInfo? Parse(ReadOnlySpan<byte> payload)
    {
        var cursor = new BinaryCursor(payload);
        cursor.Skip(IdSize);
        _ = ReadText(ref cursor); // The command line may have secrets, and /proc has it as well.
        string system = ReadText(ref cursor), architecture = ReadText(ref cursor), assembly = ReadText(ref cursor), version = ReadText(ref cursor);
        int commit = version.IndexOf('+', StringComparison.Ordinal);
        if (commit >= 0) version = version[..commit];
        int dot = version.IndexOf('.', StringComparison.Ordinal);
        return !cursor.HasFailed && dot > 0 && int.TryParse(version.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            ? new RuntimeInfo(version, major, assembly, system, architecture)
            : null;
    }

    private static bool IsAnswer(ReadOnlySpan<byte> header, out int payloadSize)
    {
        payloadSize = BinaryPrimitives.ReadUInt16LittleEndian(header[MagicSize..]) - HeaderSize;
        return payloadSize >= 0 && header[..MagicSize].SequenceEqual(Request.AsSpan(0, MagicSize)) && header[MagicSize + 2] == ServerCommands && header[MagicSize + 3] == Ok;
    }

    /// <returns>False if the target ended the connection before.</returns>
    private static async Task<bool> FillAsync(Socket connection, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            int count = await connection.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
            if (count == 0) return false;
            buffer = buffer[count..];
        }
        return true;
    }

    /// <summary>A length in UTF-16 units, with the 0 that ends it; then those. An empty one may have neither.</summary>
    private static string ReadText(ref BinaryCursor cursor)
    {
        int units = cursor.ReadInt32();
        if (units == 0) return "";
        // One that is too long for its bytes fails there, as does a negative one.
        var text = new BinaryCursor(cursor.ReadBytes((int)Math.Clamp((long)units * sizeof(char), -1, int.MaxValue)));
        ReadOnlySpan<char> kept = text.ReadText();
        return kept[..Math.Min(kept.Length, MaxLength)].ToString();
    }
}

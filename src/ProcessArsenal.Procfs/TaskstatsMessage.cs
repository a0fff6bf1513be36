using System.Runtime.InteropServices;

namespace ProcessArsenal.Procfs;

/// <summary>The generic netlink messages of taskstats (Documentation/accounting/taskstats.rst): nlmsghdr (16), genlmsghdr (4), attributes of
/// length (2), type (2) and value, each padded to 4.</summary>
internal static class TaskstatsMessage
{
    public const int Header = 20;
    public const ushort Error = NetlinkMessage.Error;

    private const ushort ControlFamily = 16;                                          // GENL_ID_CTRL
    private const byte GetFamily = 3;                                                 // CTRL_CMD_GETFAMILY
    private const ushort FamilyId = 1, FamilyName = 2;                                // CTRL_ATTR_*
    private const ushort OfTask = 4, OfProcess = 5, Structure = 3;                    // TASKSTATS_TYPE_AGGR_PID, _AGGR_TGID, _STATS

    /// <summary>Takes the first message off a datagram.</summary>
    /// <param name="body">What follows both headers; of an error, what follows the first: errno, negative.</param>
    /// <returns>False at the end, or if what is left is no whole message.</returns>
    public static bool TryNext(scoped ref ReadOnlySpan<byte> datagram, out ushort type, out uint sequence, out ReadOnlySpan<byte> body)
    {
        if (!NetlinkMessage.TryNext(ref datagram, out type, out sequence, out body) || body.Length < Header - NetlinkMessage.Header) return false;
        if (type != Error) body = body[(Header - NetlinkMessage.Header)..];
        return true;
    }

    /// <summary>Takes the next aggregate off the attributes: an exit record holds that of the task, and with the last task that of the process.
    /// </summary>
    public static bool TryNextStats(scoped ref ReadOnlySpan<byte> attributes, out Taskstats stats, out ReadOnlySpan<byte> name)
    {
        while (NetlinkMessage.TryNextAttribute(ref attributes, out ushort type, out ReadOnlySpan<byte> value))
        {
            if (type is not (OfTask or OfProcess)) continue;
            int id = 0;
            for (ReadOnlySpan<byte> inner = value; NetlinkMessage.TryNextAttribute(ref inner, out ushort innerType, out ReadOnlySpan<byte> innerValue);)
            {
                if (innerType is 1 or 2 && innerValue.Length >= 4) id = MemoryMarshal.Read<int>(innerValue); // TASKSTATS_TYPE_PID, _TGID
                if (innerType != Structure || id <= 0 || !Taskstats.TryParse(innerValue, out stats, out name)) continue;
                stats.Id = id;
                stats.IsProcess = type == OfProcess;
                if (stats.IsProcess) stats.Pid = id;
                return true;
            }
        }
        stats = default;
        name = default;
        return false;
    }

    /// <summary>The number of the family, out of the kernel's answer to <see cref="AskForFamily"/>; 0 if it is not there.</summary>
    public static ushort FamilyOf(ReadOnlySpan<byte> attributes)
    {
        while (NetlinkMessage.TryNextAttribute(ref attributes, out ushort type, out ReadOnlySpan<byte> value))
            if (type == FamilyId && value.Length >= 2) return MemoryMarshal.Read<ushort>(value);
        return 0;
    }

    public static int AskForFamily(Span<byte> message) => Write(message, ControlFamily, GetFamily, 0, FamilyName, "TASKSTATS\0"u8);

    /// <summary>Writes a request with one attribute.</summary>
    /// <returns>Its length, padded.</returns>
    public static int Write(Span<byte> message, ushort family, byte command, uint sequence, ushort attribute, ReadOnlySpan<byte> value)
    {
        int length = Header + 4 + value.Length;
        int padded = (length + 3) & ~3;
        message[..padded].Clear();
        MemoryMarshal.Write(message, (uint)padded);
        MemoryMarshal.Write(message[4..], family);
        MemoryMarshal.Write(message[6..], (ushort)1); // NLM_F_REQUEST
        MemoryMarshal.Write(message[8..], sequence);
        message[16] = command;
        message[17] = 1; // TASKSTATS_GENL_VERSION
        MemoryMarshal.Write(message[20..], (ushort)(4 + value.Length));
        MemoryMarshal.Write(message[22..], attribute);
        value.CopyTo(message[24..]);
        return padded;
    }
}

using System.Runtime.InteropServices;
using System.Text;

namespace ProcessArsenal.Procfs.Tests.Support;

/// <summary>Messages as the kernel writes them, byte by byte after the headers in include/uapi/linux: an encoder of its own.</summary>
internal static class KernelMessages
{
    /// <summary>nlmsghdr, cn_msg, proc_event of connector.h and cn_proc.h.</summary>
    public static byte[] Event(uint what, ulong nanoseconds, params ReadOnlySpan<int> data)
    {
        byte[] message = new byte[76];
        Put(message, 0, 76);
        Put(message, 4, 3);
        Put(message, 16, 1);
        Put(message, 20, 1);
        Put(message, 32, 40);
        Put(message, 36, unchecked((int)what));
        MemoryMarshal.Write(message.AsSpan(44), nanoseconds);
        for (int i = 0; i < data.Length; i++) Put(message, 52 + 4 * i, data[i]);
        return message;
    }

    public static byte[] Fork(int parent, int thread, int pid, ulong nanoseconds = 1) => Event(1, nanoseconds, parent, parent, thread, pid);

    public static byte[] Exit(int thread, int pid, int status, ulong nanoseconds = 2) => Event(0x80000000, nanoseconds, thread, pid, status, 17, 1, 1);

    /// <summary>struct taskstats of version 16, with what is not named at 0.</summary>
    public static byte[] Taskstats(int pid, string name, ulong cpuNanoseconds, ulong userMicroseconds = 0, ulong systemMicroseconds = 0,
        int status = 0, byte flags = 0x20, int tgid = 0, ulong readBytes = 0, ulong voluntary = 0)
    {
        byte[] stats = new byte[560];
        stats[0] = 16;
        Put(stats, 4, status);
        stats[8] = flags;
        MemoryMarshal.Write(stats.AsSpan(72), cpuNanoseconds);
        Encoding.UTF8.GetBytes(name, stats.AsSpan(80, 31));
        Put(stats, 128, pid);
        Put(stats, 132, 1);
        MemoryMarshal.Write(stats.AsSpan(152), userMicroseconds);
        MemoryMarshal.Write(stats.AsSpan(160), systemMicroseconds);
        MemoryMarshal.Write(stats.AsSpan(248), readBytes);
        MemoryMarshal.Write(stats.AsSpan(272), voluntary);
        Put(stats, 368, tgid == 0 ? pid : tgid);
        return stats;
    }

    /// <summary>nlmsghdr, genlmsghdr, and an aggregate: the id, padding (TASKSTATS_TYPE_NULL) as 64-bit kernels send it, the structure.</summary>
    public static byte[] Record(ushort family, int id, byte[] stats, bool ofProcess = false)
    {
        byte[] inner = [.. Attribute((ushort)(ofProcess ? 2 : 1), BitConverter.GetBytes(id)), .. Attribute(6, []), .. Attribute(3, stats)];
        byte[] body = Attribute((ushort)(ofProcess ? 5 : 4), inner);
        byte[] message = new byte[20 + body.Length];
        Put(message, 0, message.Length);
        MemoryMarshal.Write(message.AsSpan(4), family);
        message[16] = 2;
        body.CopyTo(message, 20);
        return message;
    }

    private static byte[] Attribute(ushort type, byte[] value)
    {
        byte[] attribute = new byte[(4 + value.Length + 3) & ~3];
        MemoryMarshal.Write(attribute, (ushort)(4 + value.Length));
        MemoryMarshal.Write(attribute.AsSpan(2), type);
        value.CopyTo(attribute, 4);
        return attribute;
    }

    private static void Put(byte[] message, int at, int value) => MemoryMarshal.Write(message.AsSpan(at), value);
}

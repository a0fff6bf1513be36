using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>A netlink socket (netlink(7)) that is never waited on in a call: receiving answers at once.</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    private const int DropsIndex = 8; // SK_MEMINFO_DROPS, include/uapi/linux/sock_diag.h
    private int _fd;

    private NetlinkSocket(int fd) => _fd = fd;

    /// <summary>For poll(2); -1 once disposed.</summary>
    public int Descriptor => _fd;

    /// <summary>Opens and binds; null with errno if the kernel refuses or has no such protocol.</summary>
    /// <param name="groups">Multicast groups, a bit each.</param>
    public static NetlinkSocket? Open(int protocol, uint groups, out int error)
    {
        int fd = Libc.Socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, protocol);
        error = fd < 0 ? Libc.LastError : 0;
        if (fd < 0) return null;
        var socket = new NetlinkSocket(fd);
        var address = new Libc.NetlinkAddress { Family = Libc.AF_NETLINK, Groups = groups };
        if (Libc.Bind(fd, &address, (uint)sizeof(Libc.NetlinkAddress)) == 0) return socket;
        error = Libc.LastError;
        socket.Dispose();
        return null;
    }

    /// <summary>Asks for room for that many bytes of waiting messages; beyond net.core.rmem_max with CAP_NET_ADMIN only.</summary>
    public void SetReceiveBuffer(int bytes)
    {
        if (Libc.SetSocketOption(_fd, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, &bytes, sizeof(int)) == 0) return;
        _ = Libc.SetSocketOption(_fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF, &bytes, sizeof(int));
    }

    /// <summary>Lets the kernel drop messages before they are queued (bpf(4) of old, linux/filter.h).</summary>
    public bool TryAttachFilter(ReadOnlySpan<Libc.FilterInstruction> instructions)
    {
        fixed (Libc.FilterInstruction* start = instructions)
        {
            var program = new Libc.FilterProgram { Length = (ushort)instructions.Length, Instructions = start };
            return Libc.SetSocketOption(_fd, Libc.SOL_SOCKET, Libc.SO_ATTACH_FILTER, &program, (uint)sizeof(Libc.FilterProgram)) == 0;
        }
    }

    /// <returns>0, or errno.</returns>
    public int Send(ReadOnlySpan<byte> message)
    {
        fixed (byte* start = message)
        {
            nint sent;
            while ((sent = Libc.Send(_fd, start, message.Length, Libc.MSG_DONTWAIT)) < 0 && Libc.LastError == Libc.EINTR) { }
            return sent < 0 ? Libc.LastError : 0;
        }
    }

    /// <summary>One datagram, which may hold several messages.</summary>
    /// <returns>Its length; 0 if none waits; -errno otherwise (-ENOBUFS: messages were lost).</returns>
    public int Receive(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint length;
            while ((length = Libc.Receive(_fd, start, buffer.Length, Libc.MSG_DONTWAIT)) < 0 && Libc.LastError == Libc.EINTR) { }
            if (length >= 0) return (int)length;
            return Libc.LastError == Libc.EAGAIN ? 0 : -Libc.LastError;
        }
    }

    /// <summary>Waits until a datagram is there.</summary>
    /// <returns>False if none came in time.</returns>
    public bool Wait(TimeSpan timeout)
    {
        var poll = new Libc.PollDescriptor { Descriptor = _fd, Events = Libc.POLLIN };
        return Libc.Poll(&poll, 1, (int)timeout.TotalMilliseconds) > 0; // Interrupted counts as not in time: whoever waits asks again.
    }

    /// <summary>Messages that did not fit into the receive buffer and are lost, since the socket was opened (SO_MEMINFO).</summary>
    public uint Drops()
    {
        uint* info = stackalloc uint[16];
        uint length = 16 * sizeof(uint);
        bool ok = Libc.GetSocketOption(_fd, Libc.SOL_SOCKET, Libc.SO_MEMINFO, info, &length) == 0 && length > DropsIndex * sizeof(uint);
        return ok ? info[DropsIndex] : 0;
    }

    public void Dispose()
    {
        int fd = Interlocked.Exchange(ref _fd, -1);
        if (fd >= 0) _ = Libc.Close(fd);
        GC.SuppressFinalize(this);
    }

    ~NetlinkSocket() => Dispose();
}

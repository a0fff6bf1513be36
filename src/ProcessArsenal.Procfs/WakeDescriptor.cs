using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>Lets a thread wait for netlink sockets and be woken by another thread (eventfd(2)).</summary>
public sealed unsafe class WakeDescriptor : IDisposable
{
    private int _fd = Libc.EventDescriptor(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);

    /// <summary>Wakes whoever waits, now and from now on.</summary>
    public void Set()
    {
        ulong one = 1;
        _ = Libc.Write(_fd, (byte*)&one, sizeof(ulong));
    }

    /// <summary>Waits until one of the descriptors (-1: none) can be read, or it was set. May return early.</summary>
    public void WaitFor(int first, int second)
    {
        Libc.PollDescriptor* poll = stackalloc Libc.PollDescriptor[3];
        poll[0] = new Libc.PollDescriptor { Descriptor = _fd, Events = Libc.POLLIN };
        poll[1] = new Libc.PollDescriptor { Descriptor = first, Events = Libc.POLLIN };
        poll[2] = new Libc.PollDescriptor { Descriptor = second, Events = Libc.POLLIN };
        _ = Libc.Poll(poll, 3, -1);
    }

    /// <summary>Waits for that time, or until it was set.</summary>
    public void Wait(TimeSpan time)
    {
        var poll = new Libc.PollDescriptor { Descriptor = _fd, Events = Libc.POLLIN };
        _ = Libc.Poll(&poll, 1, (int)time.TotalMilliseconds);
    }

    public void Dispose()
    {
        int fd = Interlocked.Exchange(ref _fd, -1);
        if (fd >= 0) _ = Libc.Close(fd);
        GC.SuppressFinalize(this);
    }

    ~WakeDescriptor() => Dispose();
}

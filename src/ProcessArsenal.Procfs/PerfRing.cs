using System.Buffers.Binary;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>Memory that the kernel writes records of one processor's events into, and we read them from (perf_event_open(2), "MMAP layout"). Not safe for
/// concurrent use.</summary>
internal sealed unsafe class PerfRing : IDisposable
{
    private const int HeadAt = 1024, TailAt = 1032, HeaderBytes = 8, LongestRecord = 1 << 16;
    private const int SampleType = 9, SampleIdsAt = 16;

    private readonly byte[] _record = new byte[LongestRecord];
    private readonly ulong _size;
    private readonly nint _length;
    private byte* _memory;

    private PerfRing(byte* memory, nint length, ulong size)
    {
        _memory = memory;
        _length = length;
        _size = size;
    }

    /// <summary>Records of the wrong shape, and what was overwritten: nothing of it can be told.</summary>
    public long Broken { get; private set; }

    /// <param name="bytes">A power of two, of whole pages.</param>
    /// <returns>Null with errno: EPERM where it is more than we may lock (kernel.perf_event_mlock_kb).</returns>
    public static PerfRing? Map(int fd, int bytes, out int error)
    {
        nint length = bytes + SystemConstants.PageSize;
        nint memory = Libc.MapMemory(0, length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, fd, 0);
        error = memory == Libc.MAP_FAILED ? Libc.LastError : 0;
        return error == 0 ? new PerfRing((byte*)memory, length, (ulong)bytes) : null;
    }

    /// <summary>Hands out what is there. Samples of other processes are passed over where they are.</summary>
    /// <param name="process">Whose samples.</param>
    public void Drain(int process, bool hasStack, PerfRecordHandler handler)
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        ulong head = Volatile.Read(ref *(ulong*)(_memory + HeadAt)), tail = *(ulong*)(_memory + TailAt);
        while (head - tail >= HeaderBytes)
        {
            ulong header = WordAt(tail);
            int type = (int)(uint)header, length = (int)(header >> 48);
            if (length < HeaderBytes || (length & 7) != 0 || (ulong)length > head - tail)
            {
                Broken++;
                tail = head; // Where the next one begins nobody can say.
                break;
            }
            if (type != SampleType || (length > SampleIdsAt && (int)(uint)WordAt(tail + SampleIdsAt) == process))
            {
                if (PerfRecord.TryParse(Copy(tail, length), hasStack, out PerfRecord record)) handler(record);
                else Broken++;
            }
            tail += (ulong)length;
            Volatile.Write(ref *(ulong*)(_memory + TailAt), tail); // There is room from here on.
        }
        Volatile.Write(ref *(ulong*)(_memory + TailAt), tail);
    }

    public void Dispose()
    {
        if (_memory is not null) _ = Libc.UnmapMemory((nint)_memory, _length);
        _memory = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>Records are of whole words, and so is the ring: no word goes over its end.</summary>
    private ulong WordAt(ulong position) => BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(Start(position), sizeof(ulong)));

    private ReadOnlySpan<byte> Copy(ulong position, int length)
    {
        int first = (int)Math.Min((ulong)length, _size - (position & (_size - 1)));
        new ReadOnlySpan<byte>(Start(position), first).CopyTo(_record);
        if (first < length) new ReadOnlySpan<byte>(Start(position + (ulong)first), length - first).CopyTo(_record.AsSpan(first));
        return _record.AsSpan(0, length);
    }

    private byte* Start(ulong position) => _memory + SystemConstants.PageSize + (position & (_size - 1));

    ~PerfRing() => Dispose();
}

/// <summary>Takes a record; what it refers to is valid while it is handled.</summary>
public delegate void PerfRecordHandler(in PerfRecord record);

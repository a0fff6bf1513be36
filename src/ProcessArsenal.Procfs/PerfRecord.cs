using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ProcessArsenal.Procfs;

/// <summary>What a record of perf events is (enum perf_event_type, include/uapi/linux/perf_event.h); all others are <see cref="Other"/>.</summary>
public enum PerfRecordKind : byte
{
    Other,

    /// <summary>Records that did not fit into the ring, of whatever process.</summary>
    Lost,

    /// <summary>A thread has another name, or its process another program (<see cref="PerfRecord.IsExec"/>).</summary>
    Comm,
    Exit,
    Fork,
    Sample,

    /// <summary>Executable memory was mapped.</summary>
    Mapping,

    /// <summary>A thread got or left its processor.</summary>
    Switch,
}

/// <summary>One record of a <see cref="PerfRing"/>, as perf_event_open(2) lays it out for what <see cref="PerfEvents"/> asks for. Parsing is pure, and
/// never fails by exception.</summary>
public readonly ref struct PerfRecord
{
    /// <summary>User registers that are sampled (enum perf_event_x86_regs): ax bx cx dx si di bp sp ip, r8 to r15.</summary>
    public const ulong RegisterMask = 0xFF01FF;

    /// <summary>How many those are.</summary>
    public static readonly int RegisterCount = BitOperations.PopCount(RegisterMask);

    /// <summary>Frames of a chain from here on are marks, not addresses (PERF_CONTEXT_MAX).</summary>
    public const ulong FirstMark = unchecked((ulong)-4095);

    /// <summary>What follows in a chain is of the kernel; of the process.</summary>
    public const ulong KernelMark = unchecked((ulong)-128), UserMark = unchecked((ulong)-512);

    private const int HeaderBytes = 8, IdBytes = 16, MostChain = 1024;
    private const ushort ModeMask = 7, KernelMode = 1, SwitchedOut = 1 << 13, Preempted = 1 << 14, Exec = 1 << 13;

    public PerfRecordKind Kind { get; private init; }

    /// <summary>Of the process (thread group), in our pid namespace; -1 if it is none of it.</summary>
    public int Process { get; private init; }

    public int Thread { get; private init; }

    /// <summary>CLOCK_MONOTONIC, nanoseconds.</summary>
    public ulong Time { get; private init; }

    /// <summary>Of a sample: where it was.</summary>
    public ulong Address { get; private init; }

    /// <summary>Of a sample: it was in the kernel.</summary>
    public bool IsKernel { get; private init; }

    /// <summary>Of <see cref="PerfRecordKind.Switch"/>: it left its processor; and though it could have gone on.</summary>
    public bool IsOut { get; private init; }

    /// <inheritdoc cref="IsOut"/>
    public bool IsPreempted { get; private init; }

    /// <summary>Of <see cref="PerfRecordKind.Comm"/>: it is another program now.</summary>
    public bool IsExec { get; private init; }

    /// <summary>Of a sample: return addresses by frame pointers, the innermost first, with marks.</summary>
    public ReadOnlySpan<ulong> Chain { get; private init; }

    /// <summary>Of a sample: <see cref="RegisterCount"/> user registers in the order of the mask; none if they are not known, or are those of a 32-bit program.</summary>
    public ReadOnlySpan<ulong> Registers { get; private init; }

    /// <summary>Of a sample: the innermost bytes of the stack, from the stack pointer on.</summary>
    public ReadOnlySpan<byte> Stack { get; private init; }

    /// <summary>Of a mapping.</summary>
    public MemoryMapping Mapping { get; private init; }

    /// <summary>Of <see cref="PerfRecordKind.Lost"/>: how many.</summary>
    public ulong Lost { get; private init; }

    /// <summary>Parses one.</summary>
    /// <param name="record">With its header, and as long as that says.</param>
    /// <param name="hasStack">Registers and stack were asked for.</param>
    /// <returns>False if it has another shape.</returns>
    public static bool TryParse(ReadOnlySpan<byte> record, bool hasStack, out PerfRecord value)
    {
        value = default;
        if (record.Length < HeaderBytes || (record.Length & 7) != 0) return false;
        uint type = BinaryPrimitives.ReadUInt32LittleEndian(record);
        ushort misc = BinaryPrimitives.ReadUInt16LittleEndian(record[4..]);
        ReadOnlySpan<byte> body = record[HeaderBytes..];
        return type switch
        {
            9 => TryParseSample(body, misc, hasStack, out value),
            10 => TryParseMapping(body, out value),
            2 => TryParseLost(body, out value),
            3 => TryParseTold(body, PerfRecordKind.Comm, misc, out value),
            4 => TryParseTold(body, PerfRecordKind.Exit, misc, out value),
            7 => TryParseTold(body, PerfRecordKind.Fork, misc, out value),
            14 => TryParseSwitch(body, misc, out value),
            _ => true,
        };
    }

    private static bool TryParseSample(ReadOnlySpan<byte> body, ushort misc, bool hasStack, out PerfRecord value)
    {
        value = default;
        var words = new Words(body);
        ulong address = words.Next(), ids = words.Next(), time = words.Next(), frames = words.Next();
        if (frames > MostChain) return false;
        ReadOnlySpan<ulong> chain = words.Next((int)frames), registers = default;
        ReadOnlySpan<byte> stack = default;
        if (hasStack)
        {
            ulong abi = words.Next();
            if (abi is 1 or 2) registers = words.Next(RegisterCount);
            if (abi != 2) registers = default; // A 32-bit program has others, and another layout of its stack.
            ulong size = words.Next();
            if (size > ushort.MaxValue || (size & 7) != 0) return false;
            stack = MemoryMarshal.AsBytes(words.Next((int)size / sizeof(ulong)));
            if (size > 0)
            {
                ulong known = words.Next();
                if (known > size) return false;
                stack = words.HasFailed ? default : stack[..(int)known];
            }
        }
        if (words.HasFailed) return false;
        value = new PerfRecord
        {
            Kind = PerfRecordKind.Sample,
            Process = (int)(uint)ids,
            Thread = (int)(ids >> 32),
            Time = time,
            Address = address,
            IsKernel = (misc & ModeMask) == KernelMode,
            Chain = chain,
            Registers = registers,
            Stack = stack,
        };
        return true;
    }

    private static bool TryParseMapping(ReadOnlySpan<byte> body, out PerfRecord value)
    {
        // pid, tid; addr, len, pgoff; major, minor, inode, generation; protection, flags; the name; pid, tid, time again
        const int NameAt = 64;
        value = default;
        if (body.Length < NameAt + IdBytes) return false;
        ReadOnlySpan<byte> name = body[NameAt..^IdBytes];
        int end = name.IndexOf((byte)0);
        if (end < 0) return false;
        ulong start = Word(body, 8), length = Word(body, 16);
        if (length > ulong.MaxValue - start) return false;
        value = new PerfRecord
        {
            Kind = PerfRecordKind.Mapping,
            Process = (int)(uint)Word(body, 0),
            Thread = (int)(Word(body, 0) >> 32),
            Time = Word(body, body.Length - 8),
            Mapping = new MemoryMapping(start, start + length, Word(body, 24), Word(body, 40), name[..end]),
        };
        return true;
    }

    private static bool TryParseLost(ReadOnlySpan<byte> body, out PerfRecord value)
    {
        value = default;
        if (body.Length < 16) return false;
        value = new PerfRecord { Kind = PerfRecordKind.Lost, Process = -1, Lost = Word(body, 8) };
        return true;
    }

    /// <summary>COMM has pid, tid and a name; FORK and EXIT have pid, parent's pid, tid, parent's tid, time. All have pid, tid, time at their end.</summary>
    private static bool TryParseTold(ReadOnlySpan<byte> body, PerfRecordKind kind, ushort misc, out PerfRecord value)
    {
        value = default;
        if (body.Length < 8 + IdBytes) return false;
        ulong first = Word(body, 0);
        value = new PerfRecord
        {
            Kind = kind,
            Process = (int)(uint)first,
            Thread = kind == PerfRecordKind.Comm ? (int)(first >> 32) : (int)(uint)Word(body, 8),
            Time = Word(body, body.Length - 8),
            IsExec = kind == PerfRecordKind.Comm && (misc & Exec) != 0,
        };
        return true;
    }

    private static bool TryParseSwitch(ReadOnlySpan<byte> body, ushort misc, out PerfRecord value)
    {
        value = default;
        if (body.Length < IdBytes) return false;
        ulong ids = Word(body, body.Length - IdBytes);
        value = new PerfRecord
        {
            Kind = PerfRecordKind.Switch,
            Process = (int)(uint)ids,
            Thread = (int)(ids >> 32),
            Time = Word(body, body.Length - 8),
            IsOut = (misc & SwitchedOut) != 0,
            IsPreempted = (misc & Preempted) != 0,
        };
        return true;
    }

    private static ulong Word(ReadOnlySpan<byte> body, int at) => BinaryPrimitives.ReadUInt64LittleEndian(body[at..]);

    /// <summary>The words of a record one after the other; what goes beyond its end is 0, and said once.</summary>
    private ref struct Words(ReadOnlySpan<byte> body)
    {
        private ReadOnlySpan<ulong> _rest = MemoryMarshal.Cast<byte, ulong>(body);

        public bool HasFailed { get; private set; }

        public ulong Next() => Next(1) is [var word] ? word : 0;

        public ReadOnlySpan<ulong> Next(int count)
        {
            if (count > _rest.Length)
            {
                HasFailed = true;
                _rest = default;
                return default;
            }
            ReadOnlySpan<ulong> words = _rest[..count];
            _rest = _rest[count..];
            return words;
        }
    }
}

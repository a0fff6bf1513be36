using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

/// <summary>Goes through the stack of a sample, from function to caller, by the rules of their files; where code has none (made at run time) by its frame
/// pointer. Not safe for concurrent use, and allocates nothing for rules that it knows.</summary>
internal sealed class Unwinder(MappedFiles files)
{
    /// <summary>Frames of a stack; those further out are left out.</summary>
    public const int Deepest = 256;

    /// <summary>Where each register of DWARF is among those of a sample: ax dx cx bx si di bp sp, r8 to r15, ip.</summary>
    private static ReadOnlySpan<byte> Places => [0, 3, 2, 1, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 8];

    private readonly ulong[] _registers = new ulong[FrameRows.Registers], _next = new ulong[FrameRows.Registers];

    /// <summary>Fills in the stack of the process, the innermost first. Return addresses are those of the calls, one byte before.</summary>
    /// <param name="chain">Of the process, without marks: what the kernel found by frame pointers.</param>
    /// <returns>How many there are.</returns>
    public int Unwind(in PerfRecord sample, ReadOnlySpan<ulong> chain, Span<ulong> frames)
    {
        if (sample.Registers.Length < FrameRows.Registers) return WholeChain.Append(frames, 0, 0, chain);
        for (int i = 0; i < FrameRows.Registers; i++) _registers[i] = sample.Registers[Places[i]];
        var memory = new StackMemory(_registers[FrameRows.Sp], sample.Stack);
        int count = 0;
        bool isExact = true;
        while (count < frames.Length)
        {
            ulong ip = _registers[FrameRows.Ip];
            ulong at = isExact ? ip : ip - 1;
            frames[count++] = at;
            Outcome outcome = Step(at, memory, out bool isSignal);
            if (outcome == Outcome.Ended) return count;
            if (outcome == Outcome.Lost) return WholeChain.Append(frames, count, ip, chain);
            isExact = isSignal;
        }
        return count;
    }

    private Outcome Step(ulong at, StackMemory memory, out bool isSignal)
    {
        isSignal = false;
        FrameRows? rows = files.RowsAt(at, out ulong address);
        if (rows?.At(address) is not { } row) return StepByPointer(memory);
        isSignal = rows.IsSignal;
        ulong frame;
        if (row.Frame.Kind == UnwindRuleKind.Register) frame = _registers[row.Frame.Register] + (ulong)row.Frame.Value;
        else if (row.Frame.Kind != UnwindRuleKind.ValueExpression || !DwarfExpression.TryEvaluate(rows.Expressions[row.Frame.Value], _registers, memory, initial: null, out frame)) return Outcome.Lost;
        _registers.CopyTo(_next, 0);
        _next[FrameRows.Sp] = frame;
        for (int i = 0; i < FrameRows.Registers; i++)
        {
            UnwindRule rule = row.Registers[i];
            switch (rule.Kind)
            {
                case UnwindRuleKind.Unset or UnwindRuleKind.Same:
                    continue;
                case UnwindRuleKind.Undefined:
                    if (i == FrameRows.Ip) return Outcome.Ended;
                    continue;
                case UnwindRuleKind.Offset:
                    if (!memory.TryRead(frame + (ulong)rule.Value, out _next[i])) return Outcome.Lost;
                    continue;
                case UnwindRuleKind.ValueOffset:
                    _next[i] = frame + (ulong)rule.Value;
                    continue;
                case UnwindRuleKind.Register:
                    _next[i] = _registers[rule.Register];
                    continue;
                default:
                    if (!DwarfExpression.TryEvaluate(rows.Expressions[rule.Value], _registers, memory, frame, out ulong value)) return Outcome.Lost;
                    if (rule.Kind == UnwindRuleKind.Expression && !memory.TryRead(value, out value)) return Outcome.Lost;
                    _next[i] = value;
                    continue;
            }
        }
        if (row.Registers[FrameRows.Ip].Kind == UnwindRuleKind.Unset) return Outcome.Lost;
        return Go(isSignal);
    }

    /// <summary>The frame pointer leads to the caller's, and the return address is beside that.</summary>
    private Outcome StepByPointer(StackMemory memory)
    {
        ulong pointer = _registers[FrameRows.Bp];
        if (pointer == 0) return Outcome.Ended;
        if (pointer < _registers[FrameRows.Sp] || !memory.TryRead(pointer, out ulong outer) || !memory.TryRead(pointer + sizeof(ulong), out ulong returns)) return Outcome.Lost;
        _registers.CopyTo(_next, 0);
        _next[FrameRows.Bp] = outer;
        _next[FrameRows.Sp] = pointer + (2 * sizeof(ulong));
        _next[FrameRows.Ip] = returns;
        return Go(isSignal: false);
    }

    private Outcome Go(bool isSignal)
    {
        if (_next[FrameRows.Ip] == 0) return Outcome.Ended;
        if (!isSignal && _next[FrameRows.Sp] <= _registers[FrameRows.Sp]) return Outcome.Lost; // A stack only goes up: else we would go round in circles.
        _next.CopyTo(_registers, 0);
        return Outcome.Caller;
    }

    private enum Outcome : byte
    {
        Caller,

        /// <summary>Nobody called.</summary>
        Ended,

        /// <summary>It goes on, but not within what we have.</summary>
        Lost,
    }
}

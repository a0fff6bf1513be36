namespace ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

/// <summary>Makes the rows of a function of its entry in .eh_frame (DWARF 5, 6.4; LSB 5.0 Core, 10.6). Pure.</summary>
internal static class CallFrameInformation
{
    private const int MostRows = 20_000, MostSaved = 64, MostExpressions = 256;

    /// <param name="fde">The entry after its length and its pointer to what it has in common with others.</param>
    /// <param name="fdeAddress">That its first byte has when the file is loaded.</param>
    /// <param name="cie">What it has in common, after its length and its mark.</param>
    /// <returns>Null if it has another shape, or says more than anybody needs to.</returns>
    public static FrameRows? Parse(ReadOnlySpan<byte> fde, ulong fdeAddress, ReadOnlySpan<byte> cie, ulong cieAddress)
    {
        var common = new DwarfCursor(cie, cieAddress);
        byte version = common.ReadByte();
        ReadOnlySpan<byte> augmentation = common.ReadText();
        if (version is not (1 or 3)) return null;
        var state = new State(common.ReadUleb(), common.ReadSleb());
        ulong returns = version == 1 ? common.ReadByte() : common.ReadUleb();
        if (returns != FrameRows.Ip) return null;
        byte encoding = 0;
        bool isSignal = false;
        if (augmentation.Length > 0 && augmentation[0] == 'z')
        {
            var extra = new DwarfCursor(common.ReadBlock(), 0);
            foreach (byte letter in augmentation[1..])
            {
                if (letter == 'R') encoding = extra.ReadByte();
                else if (letter == 'L') _ = extra.ReadByte();
                else if (letter == 'P') _ = extra.ReadPointer((byte)(extra.ReadByte() & 0x0f), 0); // Who handles exceptions: only its length matters.
                else if (letter == 'S') isSignal = true;
                else if (letter != 'B') return null;
            }
            if (extra.HasFailed) return null;
        }
        else if (augmentation.Length > 0)
        {
            return null;
        }
        var own = new DwarfCursor(fde, fdeAddress);
        ulong start = own.ReadPointer(encoding, 0), length = own.ReadPointer((byte)(encoding & 0x0f), 0);
        if (augmentation.Length > 0) _ = own.ReadBlock();
        if (common.HasFailed || own.HasFailed || length > ulong.MaxValue - start) return null;
        state.At = start;
        state.Encoding = encoding;
        if (!Run(ref common, state)) return null;
        state.Initial = state.Registers;
        if (!Run(ref own, state)) return null;
        state.EndRow();
        return new FrameRows(start, start + length, state.Rows, state.Expressions, isSignal);
    }

    private static bool Run(ref DwarfCursor code, State state)
    {
        while (code.Left > 0)
        {
            byte operation = code.ReadByte();
            ulong low = (ulong)operation & 0x3f;
            bool isKnown = (operation >> 6) switch
            {
                1 => state.Advance(low),
                2 => state.Set(low, UnwindRuleKind.Offset, (long)code.ReadUleb() * state.DataAlignment),
                3 => state.Restore(low),
                _ => Run(operation, ref code, state),
            };
            if (!isKnown || code.HasFailed) return false;
        }
        return true;
    }

    /// <summary>Those of which the lower bits say what they are.</summary>
    private static bool Run(byte operation, ref DwarfCursor code, State state)
    {
        switch (operation)
        {
            case 0x00: return true;
            case 0x01: return state.AdvanceTo(code.ReadPointer(state.Encoding, 0));
            case 0x02: return state.Advance(code.ReadUnsigned(1));
            case 0x03: return state.Advance(code.ReadUnsigned(2));
            case 0x04: return state.Advance(code.ReadUnsigned(4));
            case 0x05: return state.Set(code.ReadUleb(), UnwindRuleKind.Offset, (long)code.ReadUleb() * state.DataAlignment);
            case 0x06: return state.Restore(code.ReadUleb());
            case 0x07: return state.Set(code.ReadUleb(), UnwindRuleKind.Undefined, 0);
            case 0x08: return state.Set(code.ReadUleb(), UnwindRuleKind.Same, 0);
            case 0x09: return state.Set(code.ReadUleb(), UnwindRuleKind.Register, 0, code.ReadUleb());
            case 0x0a: return state.Save();
            case 0x0b: return state.Return();
            case 0x0c: return state.SetFrame(code.ReadUleb(), (long)code.ReadUleb());
            case 0x0d: return state.SetFrame(code.ReadUleb(), state.Frame.Value);
            case 0x0e: return state.SetFrame(state.Frame.Register, (long)code.ReadUleb());
            case 0x0f: return state.SetFrame(code.ReadBlock());
            case 0x10: return state.Set(code.ReadUleb(), UnwindRuleKind.Expression, code.ReadBlock());
            case 0x11: return state.Set(code.ReadUleb(), UnwindRuleKind.Offset, code.ReadSleb() * state.DataAlignment);
            case 0x12: return state.SetFrame(code.ReadUleb(), code.ReadSleb() * state.DataAlignment);
            case 0x13: return state.SetFrame(state.Frame.Register, code.ReadSleb() * state.DataAlignment);
            case 0x14: return state.Set(code.ReadUleb(), UnwindRuleKind.ValueOffset, (long)code.ReadUleb() * state.DataAlignment);
            case 0x15: return state.Set(code.ReadUleb(), UnwindRuleKind.ValueOffset, code.ReadSleb() * state.DataAlignment);
            case 0x16: return state.Set(code.ReadUleb(), UnwindRuleKind.ValueExpression, code.ReadBlock());
            case 0x2e:
                _ = code.ReadUleb(); // Bytes of arguments on the stack (GNU): of no matter here.
                return true;
            case 0x2f: return state.Set(code.ReadUleb(), UnwindRuleKind.Offset, -(long)code.ReadUleb() * state.DataAlignment);
            default: return false;
        }
    }

    /// <summary>The row that is being made, and those that are.</summary>
    private sealed class State(ulong codeAlignment, long dataAlignment)
    {
        private readonly Stack<(UnwindRule Frame, UnwindRule[] Registers)> _saved = new();
        private bool _isShared = true;

        public long DataAlignment => dataAlignment;

        public byte Encoding { get; set; }

        public ulong At { get; set; }

        public UnwindRule Frame { get; private set; }

        public UnwindRule[] Registers { get; private set; } = new UnwindRule[FrameRows.Registers];

        /// <summary>What a register goes back to.</summary>
        public UnwindRule[] Initial { get; set; } = new UnwindRule[FrameRows.Registers];

        public List<UnwindRow> Rows { get; } = [];

        public List<byte[]> Expressions { get; } = [];

        public bool Advance(ulong by)
        {
            ulong to = unchecked(At + (by * codeAlignment));
            return AdvanceTo(to);
        }

        public bool AdvanceTo(ulong address)
        {
            if (address < At || Rows.Count >= MostRows) return false;
            if (address > At) EndRow();
            At = address;
            return true;
        }

        public void EndRow()
        {
            _isShared = true;
            Rows.Add(new UnwindRow(At, Frame, Registers));
        }

        public bool Set(ulong register, UnwindRuleKind kind, long value, ulong other = 0)
        {
            if (value is < int.MinValue or > int.MaxValue || other >= FrameRows.Registers) return false;
            // Those beyond (of vectors) are never asked for.
            if (register < FrameRows.Registers) Own()[register] = new UnwindRule(kind, (byte)other, (int)value);
            return register < 256;
        }

        public bool Set(ulong register, UnwindRuleKind kind, ReadOnlySpan<byte> expression) => Keep(expression) is var number and >= 0 && Set(register, kind, number);

        public bool SetFrame(ulong register, long offset)
        {
            if (register >= FrameRows.Registers || offset is < int.MinValue or > int.MaxValue) return false;
            Frame = new UnwindRule(UnwindRuleKind.Register, (byte)register, (int)offset);
            return true;
        }

        public bool SetFrame(ReadOnlySpan<byte> expression)
        {
            int number = Keep(expression);
            Frame = new UnwindRule(UnwindRuleKind.ValueExpression, 0, number);
            return number >= 0;
        }

        public bool Restore(ulong register)
        {
            if (register < FrameRows.Registers) Own()[register] = Initial[register];
            return register < 256;
        }

        public bool Save()
        {
            if (_saved.Count >= MostSaved) return false;
            _isShared = true;
            _saved.Push((Frame, Registers));
            return true;
        }

        public bool Return()
        {
            if (!_saved.TryPop(out (UnwindRule Frame, UnwindRule[] Registers) saved)) return false;
            (Frame, Registers) = saved;
            _isShared = true;
            return true;
        }

        private int Keep(ReadOnlySpan<byte> expression)
        {
            if (Expressions.Count >= MostExpressions) return -1;
            Expressions.Add(expression.ToArray());
            return Expressions.Count - 1;
        }

        private UnwindRule[] Own()
        {
            if (_isShared) Registers = (UnwindRule[])Registers.Clone();
            _isShared = false;
            return Registers;
        }
    }
}

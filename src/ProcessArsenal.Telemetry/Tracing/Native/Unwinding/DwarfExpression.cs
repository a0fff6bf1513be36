namespace ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

/// <summary>Evaluates an expression of unwinding rules (DWARF 5, 2.5): of those operations that compilers and the C library use there. Pure.</summary>
internal static class DwarfExpression
{
    private const int MostSteps = 512, Deepest = 64;

    /// <param name="registers">By their numbers in DWARF.</param>
    /// <param name="memory">What may be read.</param>
    /// <param name="initial">What is on the stack at first; null for nothing.</param>
    /// <returns>False if it can't be evaluated.</returns>
    public static bool TryEvaluate(ReadOnlySpan<byte> expression, ReadOnlySpan<ulong> registers, StackMemory memory, ulong? initial, out ulong value)
    {
        value = 0;
        var code = new DwarfCursor(expression, 0);
        Span<ulong> stack = stackalloc ulong[Deepest];
        int depth = 0;
        if (initial is { } first) stack[depth++] = first;
        for (int steps = 0; code.Left > 0; steps++)
        {
            if (steps > MostSteps || depth >= Deepest - 1) return false;
            byte operation = code.ReadByte();
            if (operation is >= 0x30 and <= 0x4f) // lit0 to lit31
            {
                stack[depth++] = (ulong)operation - 0x30;
                continue;
            }
            if (operation is >= 0x70 and <= 0x8f) // breg0 to breg31
            {
                if (operation - 0x70 >= registers.Length) return false;
                stack[depth++] = registers[operation - 0x70] + (ulong)code.ReadSleb();
                continue;
            }
            int takes = operation switch
            {
                0x06 or 0x12 or 0x13 or 0x1f or 0x20 or 0x23 or 0x28 => 1,
                0x14 or 0x16 or 0x1a or 0x1c or 0x1e or 0x21 or 0x22 or (>= 0x24 and <= 0x27) or (>= 0x29 and <= 0x2e) => 2,
                _ => 0,
            };
            if (depth < takes) return false;
            ulong top = depth > 0 ? stack[depth - 1] : 0, below = depth > 1 ? stack[depth - 2] : 0;
            depth -= takes;
            switch (operation)
            {
                case 0x06:
                    if (!memory.TryRead(top, out stack[depth++])) return false;
                    break;
                case 0x08: stack[depth++] = code.ReadUnsigned(1); break;
                case 0x09: stack[depth++] = (ulong)code.ReadSigned(1); break;
                case 0x0a: stack[depth++] = code.ReadUnsigned(2); break;
                case 0x0b: stack[depth++] = (ulong)code.ReadSigned(2); break;
                case 0x0c: stack[depth++] = code.ReadUnsigned(4); break;
                case 0x0d: stack[depth++] = (ulong)code.ReadSigned(4); break;
                case 0x0e or 0x0f: stack[depth++] = code.ReadUnsigned(8); break;
                case 0x10: stack[depth++] = code.ReadUleb(); break;
                case 0x11: stack[depth++] = (ulong)code.ReadSleb(); break;
                case 0x12: // dup
                    stack[depth++] = top;
                    stack[depth++] = top;
                    break;
                case 0x13: break; // drop
                case 0x14: // over
                    stack[depth++] = below;
                    stack[depth++] = top;
                    stack[depth++] = below;
                    break;
                case 0x16: // swap
                    stack[depth++] = top;
                    stack[depth++] = below;
                    break;
                case 0x1a: stack[depth++] = below & top; break;
                case 0x1c: stack[depth++] = below - top; break;
                case 0x1e: stack[depth++] = below * top; break;
                case 0x1f: stack[depth++] = 0 - top; break;
                case 0x20: stack[depth++] = ~top; break;
                case 0x21: stack[depth++] = below | top; break;
                case 0x22: stack[depth++] = below + top; break;
                case 0x23: stack[depth++] = top + code.ReadUleb(); break;
                case 0x24: stack[depth++] = top < 64 ? below << (int)top : 0; break;
                case 0x25: stack[depth++] = top < 64 ? below >> (int)top : 0; break;
                case 0x26: stack[depth++] = (ulong)((long)below >> (int)Math.Min(top, 63)); break;
                case 0x27: stack[depth++] = below ^ top; break;
                case 0x28: // bra
                    int jump = (int)code.ReadSigned(2);
                    if (top != 0) code.Jump(jump);
                    break;
                case 0x29: stack[depth++] = below == top ? 1u : 0; break;
                case 0x2a: stack[depth++] = (long)below >= (long)top ? 1u : 0; break;
                case 0x2b: stack[depth++] = (long)below > (long)top ? 1u : 0; break;
                case 0x2c: stack[depth++] = (long)below <= (long)top ? 1u : 0; break;
                case 0x2d: stack[depth++] = (long)below < (long)top ? 1u : 0; break;
                case 0x2e: stack[depth++] = below != top ? 1u : 0; break;
                case 0x2f: code.Jump((int)code.ReadSigned(2)); break; // skip
                case 0x96: break; // nop
                default: return false;
            }
            if (code.HasFailed) return false;
        }
        if (code.HasFailed || depth == 0) return false;
        value = stack[depth - 1];
        return true;
    }
}

namespace ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

/// <summary>How a value of the caller is found (DWARF 5, 6.4.1).</summary>
internal enum UnwindRuleKind : byte
{
    /// <summary>Nothing is said: a register that calls preserve is as it was.</summary>
    Unset,

    /// <summary>It is not to be had; of the return address: nobody called.</summary>
    Undefined,

    /// <summary>As it was.</summary>
    Same,

    /// <summary>In memory, so many bytes from the frame address.</summary>
    Offset,

    /// <summary>The frame address itself, and so many bytes.</summary>
    ValueOffset,

    /// <summary>In another register; of the frame address: a register, and so many bytes.</summary>
    Register,

    /// <summary>In memory, where an expression says.</summary>
    Expression,

    /// <summary>What an expression says.</summary>
    ValueExpression,
}

/// <param name="Value">Bytes; or the number of the expression.</param>
internal readonly record struct UnwindRule(UnwindRuleKind Kind, byte Register, int Value);

/// <summary>What holds from one address to the next row.</summary>
/// <param name="Start">Address.</param>
/// <param name="Frame">Of the frame address (CFA).</param>
/// <param name="Registers">By their numbers in DWARF, <see cref="FrameRows.Registers"/> of them; shared between rows.</param>
internal sealed record UnwindRow(ulong Start, UnwindRule Frame, UnwindRule[] Registers);

/// <summary>The rows of one function.</summary>
/// <param name="End">The first address beyond it.</param>
/// <param name="Rows">Ascending.</param>
/// <param name="IsSignal">The kernel called its caller: it was interrupted where it was, it did not call.</param>
internal sealed record FrameRows(ulong Start, ulong End, IReadOnlyList<UnwindRow> Rows, IReadOnlyList<byte[]> Expressions, bool IsSignal)
{
    /// <summary>Of x86-64 (System V ABI, figure 3.36): ax dx cx bx si di bp sp, r8 to r15, and the return address.</summary>
    public const int Registers = 17, Bp = 6, Sp = 7, Ip = 16;

    /// <summary>The row that holds at an address.</summary>
    public UnwindRow? At(ulong address)
    {
        int low = 0, high = Rows.Count; // Whoever makes a file may give a function many.
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (Rows[middle].Start <= address) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? null : Rows[low - 1];
    }
}

namespace ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

/// <summary>Memory for the unwinding rules of all files of a process: whoever makes these files may make them as large as they can be. Not safe for concurrent use, but for indexes.</summary>
internal sealed class UnwindRoom
{
    /// <summary>Rows that are kept, of all functions: those of large programs have some ten each.</summary>
    public const int MostRows = 200_000;

    /// <summary>Bytes of all indexes: those of large programs have some MiB.</summary>
    public const long MostIndexBytes = 256L << 20;

    private const int BytesOfRow = 128;

    private long _indexes;

    /// <summary>Rows that are kept.</summary>
    public int Rows { get; set; }

    public bool IsFull => Rows > MostRows;

    /// <summary>Takes room for an index. May be asked by any thread.</summary>
    public bool TryTakeIndex(ulong bytes)
    {
        if (bytes > (ulong)MostIndexBytes) return false;
        if (Interlocked.Add(ref _indexes, (long)bytes) <= MostIndexBytes) return true;
        Interlocked.Add(ref _indexes, -(long)bytes);
        return false;
    }

    /// <summary>Takes room for the rows of a function, which may be more than there is: then all are to be let go.</summary>
    public void Take(FrameRows rows)
    {
        Rows += rows.Rows.Count + 1;
        foreach (byte[] expression in rows.Expressions) Rows += expression.Length / BytesOfRow;
    }
}

namespace ProcessArsenal.Telemetry.EventPipe.NetTrace;

/// <summary>What holds for a stream as a whole.</summary>
/// <param name="Start">When it began.</param>
/// <param name="StartTicks">The same in ticks of the target's clock.</param>
/// <param name="TicksPerSecond">Of that clock.</param>
/// <param name="PointerSize">Bytes of an address of the target: 4 or 8.</param>
/// <param name="ProcessId">Of the target, in its own pid namespace.</param>
internal sealed record TraceHeader(DateTimeOffset Start, long StartTicks, long TicksPerSecond, int PointerSize, int ProcessId)
{
    /// <exception cref="NetTraceException">It is not one.</exception>
    public static TraceHeader Parse(ReadOnlySpan<byte> content)
    {
        var cursor = new BinaryCursor(content);
        int year = cursor.ReadInt16(), month = cursor.ReadInt16();
        cursor.Skip(sizeof(short)); // day of the week
        int day = cursor.ReadInt16(), hour = cursor.ReadInt16(), minute = cursor.ReadInt16(), second = cursor.ReadInt16(), millisecond = cursor.ReadInt16();
        long ticks = cursor.ReadInt64(), frequency = cursor.ReadInt64();
        int pointer = cursor.ReadInt32(), pid = cursor.ReadInt32();
        bool isTime = year is >= 1970 and < 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            && hour is >= 0 and < 24 && minute is >= 0 and < 60 && second is >= 0 and < 60 && millisecond is >= 0 and < 1000;
        if (cursor.HasFailed || !isTime || frequency <= 0 || pointer is not (4 or 8)) throw new NetTraceException("The object Trace holds no time, clock or size of an address.");
        return new TraceHeader(new DateTimeOffset(year, month, day, hour, minute, second, millisecond, TimeSpan.Zero), ticks, frequency, pointer, pid);
    }

    /// <summary>When an event happened.</summary>
    /// <param name="ticks">Of the target's clock, as in <see cref="NetTraceEvent.Ticks"/>.</param>
    public DateTimeOffset TimeOf(long ticks) =>
        Start + TimeSpan.FromTicks((long)Int128.Clamp(
            ((Int128)ticks - StartTicks) * TimeSpan.TicksPerSecond / TicksPerSecond, -Start.UtcTicks, (DateTimeOffset.MaxValue - Start).Ticks));
}

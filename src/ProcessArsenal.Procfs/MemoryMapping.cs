namespace ProcessArsenal.Procfs;

/// <summary>A piece of a process's memory, as the kernel tells it: a line of /proc/PID/maps (proc_pid_maps(5)), or a record of perf events.</summary>
/// <param name="start">Its first address.</param>
/// <param name="end">The first beyond it.</param>
/// <param name="offset">Where in its file it begins, bytes.</param>
/// <param name="inode">Of its file; 0 if it has none.</param>
/// <param name="name">Where its file was found when it was mapped, or what the kernel calls it; whoever named the file chose that.</param>
public readonly ref struct MemoryMapping(ulong start, ulong end, ulong offset, ulong inode, ReadOnlySpan<byte> name)
{
    public ulong Start { get; } = start;

    public ulong End { get; } = end;

    public ulong Offset { get; } = offset;

    public ulong Inode { get; } = inode;

    public ReadOnlySpan<byte> Name { get; } = name;
}

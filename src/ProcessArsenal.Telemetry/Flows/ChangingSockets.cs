using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Those descriptors of one process that are other sockets from one moment to the next. Once they are known they alone are read, some 2 µs each, so that
/// a connection that is open for but a fraction of a millisecond is seen. Not safe for concurrent use.</summary>
internal sealed class ChangingSockets : IDisposable
{
    private const int MostDescriptors = 4096, MostChanging = 32;

    /// <summary>Reads of those that are known, between two of all.</summary>
    private const int BetweenLessons = 8;

    private readonly ProcessDirectory _directory;
    private readonly Relative _holder;
    private readonly Dictionary<int, ulong> _inodes = [];
    private readonly List<int> _numbers = [], _changing = [];
    private readonly byte[] _buffer = new byte[8192];
    private int _round;

    private ChangingSockets(ProcessDirectory directory, Relative holder)
    {
        _directory = directory;
        _holder = holder;
    }

    public int Pid => _directory.Pid;

    public static ChangingSockets? Open(ProcFs proc, int pid)
    {
        if (proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return null;
        if (DescriptorWalk.NameOf(proc, directory!, new byte[1024]) is { } holder) return new ChangingSockets(directory!, holder);
        directory!.Dispose();
        return null;
    }

    /// <summary>Adds what the descriptors are now.</summary>
    /// <returns>False once the process is gone, or does not let us.</returns>
    public bool Look(Dictionary<ulong, Relative> found)
    {
        if (_changing.Count == 0 || _round++ % BetweenLessons == 0) return Learn(found);
        foreach (int number in _changing)
            if (Read(number) is > 0 and var inode) found[inode] = _holder;
        return true;
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Goes through all, and keeps in mind which have changed.</summary>
    private bool Learn(Dictionary<ulong, Relative> found)
    {
        if (_directory.ListDescriptors(_buffer, _numbers, MostDescriptors, out _) != ReadOutcome.Ok) return false;
        bool isFirst = _inodes.Count == 0;
        foreach (int number in _numbers)
        {
            ulong inode = Read(number);
            if (inode > 0) found[inode] = _holder;
            if (!isFirst && _inodes.GetValueOrDefault(number) != inode) Change(number);
            _inodes[number] = inode;
        }
        foreach (int number in _inodes.Keys)
        {
            if (_numbers.BinarySearch(number) >= 0) continue;
            Change(number);
            _inodes.Remove(number);
        }
        return true;
    }

    private void Change(int number)
    {
        if (_changing.Contains(number)) return;
        if (_changing.Count == MostChanging) _changing.RemoveAt(0);
        _changing.Add(number);
    }

    /// <returns>0: no socket.</returns>
    private ulong Read(int number) =>
        _directory.ReadDescriptor(number, _buffer.AsSpan(0, DescriptorWalk.LongestTarget), out int length) == ReadOutcome.Ok
            && DescriptorWalk.TryReadInode(_buffer.AsSpan(0, length), "socket:["u8, out ulong inode) ? inode : 0;
}

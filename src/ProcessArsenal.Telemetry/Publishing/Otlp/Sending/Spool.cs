using Microsoft.Extensions.Logging;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Requests of one signal that wait to be sent, oldest first: on disk, where they outlive the program however it ends, or in memory as long as
/// the disk can't be written or another program has the directory. Over its bounds the oldest is dropped, but never the newest: one that is larger than all the room is kept until another comes. One lock: who adds
/// waits for the disk at most.
/// </summary>
internal sealed partial class Spool : IDisposable
{
    /// <summary>Bytes that one request may have.</summary>
    public const int MostRequest = 64 * 1024 * 1024;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly LinkedList<SpoolEntry> _entries = new();
    private readonly string? _path;
    private readonly long _mostOnDisk, _mostInMemory;
    private readonly Action<DropReason, long, string> _dropped;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private SpoolDirectory? _directory;
    private long _sequence, _items, _onDisk, _inMemory;
    private long _triedAt;
    private bool _complained, _disposed;

    /// <param name="path">Null: in memory alone.</param>
    /// <param name="mostOnDisk">Bytes, in blocks.</param>
    /// <param name="dropped">Told of items that were dropped, and why; under our lock.</param>
    public Spool(string? path, long mostOnDisk, long mostInMemory, Action<DropReason, long, string> dropped, TimeProvider time, ILogger logger)
    {
        (_path, _mostOnDisk, _mostInMemory, _dropped, _time, _logger) = (path, mostOnDisk, mostInMemory, dropped, time, logger);
        lock (_gate) TryOpen();
    }

    public SpoolState State
    {
        get
        {
            lock (_gate) return new SpoolState(_entries.Count, _items, _onDisk + _inMemory, _entries.First?.Value.Since, _inMemory);
        }
    }

    /// <summary>Adds a request. When this returns it is on disk, if there is one.</summary>
    public void Add(ReadOnlySpan<byte> body, int items, bool gzip)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                _dropped(DropReason.Shutdown, items, "it came when the program was about to end");
                return;
            }
            if (body.Length > MostRequest)
            {
                _dropped(DropReason.SpoolFull, items, $"a request of {body.Length >> 20} MiB is more than may wait in one piece");
                return;
            }
            // Younger ones must not get ahead of those in memory.
            if (_directory is null) TryOpen();
            var entry = new SpoolEntry { Items = items, Gzip = gzip, Length = body.Length, Since = _time.GetUtcNow() };
            if (!MoveToDisk() || !TryWrite(entry, "", body)) entry.Body = body.ToArray();
            Link(entry, before: null);
            MakeRoom();
        }
    }

    /// <summary>The oldest, which is now being sent; null if nothing waits.</summary>
    public SpoolEntry? Take()
    {
        lock (_gate)
        {
            if (_entries.First?.Value is not { } first) return null;
            first.IsSending = true;
            return first;
        }
    }

    /// <summary>Reads a request.</summary>
    /// <param name="wrong">Why it can't be read, in words; null if it was.</param>
    public SpoolRead Read(SpoolEntry entry, ref byte[] buffer, out string? wrong)
    {
        lock (_gate)
        {
            wrong = null;
            if (entry.Body is not { } body)
            {
                if (_directory is not null) return _directory.Read(entry.File!.Value, entry.Length, ref buffer, out wrong);
                wrong = "the directory of the spool is gone";
                return SpoolRead.Lost;
            }
            if (buffer.Length < body.Length) buffer = new byte[body.Length];
            body.CopyTo(buffer, 0);
            return SpoolRead.Whole;
        }
    }

    /// <summary>It is not being sent after all, and may be dropped to make room.</summary>
    public void PutBack(SpoolEntry entry)
    {
        lock (_gate) entry.IsSending = false;
    }

    /// <summary>It was sent, or will not be.</summary>
    public void Remove(SpoolEntry entry)
    {
        lock (_gate)
        {
            if (_entries.Find(entry) is { } node) Unlink(node);
        }
    }

    /// <summary>It is sent in two.</summary>
    /// <returns>False if it was halved too often.</returns>
    public bool Halve(SpoolEntry entry, (byte[] Body, int Items) first, (byte[] Body, int Items) second, bool gzip)
    {
        lock (_gate)
        {
            if (_entries.Find(entry) is not { } node) return true;
            if (entry.File is { CanHalve: false }) return false;
            foreach (((byte[] body, int items), string part) in (ReadOnlySpan<((byte[], int), string)>)[(first, "0"), (second, "1")])
            {
                var half = new SpoolEntry { Items = items, Gzip = gzip, Length = body.Length, Since = entry.Since };
                if (!TryWrite(half, part, body, entry.File)) half.Body = body;
                Link(half, before: node);
            }
            Unlink(node);
            return true;
        }
    }

    /// <summary>The end: what waits in memory goes to the disk if it can, and is else counted as dropped.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            MoveToDisk();
            foreach (SpoolEntry entry in _entries)
                if (entry.Body is not null) _dropped(DropReason.Shutdown, entry.Items, "they waited in memory, as there is no disk for them");
            _directory?.Dispose();
            _directory = null;
            _entries.Clear();
            (_items, _onDisk, _inMemory) = (0, 0, 0);
        }
    }

    private void Link(SpoolEntry entry, LinkedListNode<SpoolEntry>? before)
    {
        if (before is null) _entries.AddLast(entry);
        else _entries.AddBefore(before, entry);
        _items += entry.Items;
        if (entry.Body is null) _onDisk += entry.Size;
        else _inMemory += entry.Size;
    }

    private void Unlink(LinkedListNode<SpoolEntry> node)
    {
        SpoolEntry entry = node.Value;
        _entries.Remove(node);
        _items -= entry.Items;
        if (entry.Body is not null) _inMemory -= entry.Size;
        else
        {
            _onDisk -= entry.Size;
            _directory?.Delete(entry.File!.Value);
        }
    }

    /// <summary>Drops the oldest until what is left is within the bounds. The one that is being sent stays: it may have arrived. So does the newest: a
    /// receiver that is well takes it in a moment.</summary>
    private void MakeRoom()
    {
        LinkedListNode<SpoolEntry>? node = _entries.First;
        while (node is not null && (_onDisk > _mostOnDisk || _inMemory > _mostInMemory))
        {
            LinkedListNode<SpoolEntry> oldest = node;
            node = node.Next;
            SpoolEntry entry = oldest.Value;
            bool isInMemory = entry.Body is not null;
            if (node is null || entry.IsSending || (isInMemory ? _inMemory <= _mostInMemory : _onDisk <= _mostOnDisk)) continue;
            Unlink(oldest);
            if (isInMemory) _dropped(DropReason.Unwritable, entry.Items, $"more than {_mostInMemory >> 20} MiB would wait in memory, where there is no disk for them");
            else _dropped(DropReason.SpoolFull, entry.Items, $"more than {_mostOnDisk >> 20} MiB would wait on disk: the oldest went, and otlp.spool.max_size gives more room");
        }
    }

    /// <summary>Takes up what an earlier run has left, or what we could not get at before.</summary>
    private void TryOpen()
    {
        if (_path is null || (_complained && _time.GetElapsedTime(_triedAt) < RetryPause)) return;
        _triedAt = _time.GetTimestamp();
        _directory = SpoolDirectory.TryOpen(_path, out string? reason);
        if (_directory is null)
        {
            Complain(reason!);
            return;
        }
        List<SpoolEntry> found = _directory.List(out int foreign);
        LinkedListNode<SpoolEntry>? first = _entries.First;
        foreach (SpoolEntry entry in found) Link(entry, first);
        if (found.Count > 0)
        {
            _sequence = Math.Max(_sequence, found[^1].File!.Value.Sequence);
            Log.TakenUp(_logger, found.Count, _items, _path);
        }
        if (foreign > 0) Log.Foreign(_logger, foreign, _path);
        MakeRoom();
    }

    /// <summary>What waits in memory, oldest first.</summary>
    /// <returns>Whether none waits there any longer.</returns>
    private bool MoveToDisk()
    {
        if (_directory is null) return false;
        if (_inMemory == 0) return true;
        for (LinkedListNode<SpoolEntry>? node = _entries.First; node is not null; node = node.Next)
        {
            SpoolEntry entry = node.Value;
            if (entry.Body is not { } body) continue;
            if (!TryWrite(entry, "", body)) return false;
            entry.Body = null;
            _inMemory -= entry.Size;
            _onDisk += entry.Size;
        }
        return true;
    }

    private bool TryWrite(SpoolEntry entry, string part, ReadOnlySpan<byte> body, SpoolFileName? whole = null)
    {
        if (_directory is null || (part.Length > 0 && whole is null)) return false;
        var name = new SpoolFileName(whole?.Sequence ?? _sequence + 1, whole?.Part + part, entry.Items, SpoolFileName.HashOf(body, entry.Items), entry.Gzip);
        if (_directory.Write(name, body) is { } reason)
        {
            Complain(reason);
            if (!Directory.Exists(_path))
            {
                // Somebody has removed it, with what was in it: it is made anew.
                _directory.Dispose();
                _directory = null;
            }
            return false;
        }
        if (whole is null) _sequence++;
        entry.File = name;
        if (_complained) Log.Healed(_logger, _path!);
        _complained = false;
        return true;
    }

    private void Complain(string reason)
    {
        if (!_complained) Log.InMemory(_logger, _path!, reason);
        _complained = true;
    }

    private static partial class Log
    {
        [LoggerMessage(220, LogLevel.Information, "{Requests} OTLP requests with {Items} items of an earlier run are taken up from {Path}")]
        public static partial void TakenUp(ILogger logger, int requests, long items, string path);

        [LoggerMessage(221, LogLevel.Warning, "The OTLP spool {Path} can't be used, and requests wait in memory: {Reason}")]
        public static partial void InMemory(ILogger logger, string path, string reason);

        [LoggerMessage(222, LogLevel.Information, "The OTLP spool {Path} is used again")]
        public static partial void Healed(ILogger logger, string path);

        [LoggerMessage(223, LogLevel.Information, "{Files} files in the OTLP spool {Path} are none of ours: they are left alone, and don't count in its size")]
        public static partial void Foreign(ILogger logger, int files, string path);
    }
}

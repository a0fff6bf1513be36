using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Takes what a runtime tells of its heap while it collects it, when asked to: one collection, from its begin to its end
/// (<see href="https://github.com/dotnet/runtime/blob/main/src/coreclr/vm/ClrEtwAll.man">ClrEtwAll.man</see>, GCHeapDump). Of other collections nothing is
/// taken. Not safe for concurrent use.</summary>
internal sealed class HeapEvents(HeapReading reading)
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const int GcStart = 1, GcEnd = 2, RestartEnd = 3, SuspendBegin = 9, BulkType = 15, BulkRootEdge = 16, BulkWeakTable = 17, BulkNode = 18, BulkEdge = 19, BulkStatic = 38;
    private const int Oldest = 2, Background = 1;

    private uint? _collection;
    private long _suspended, _began;
    private uint _nodeEvents, _edgeEvents, _rootEvents, _weakEvents;

    /// <summary>The collection is over: what it had to tell of objects has come. Names of types may still come.</summary>
    public bool IsOver { get; private set; }

    /// <summary>For how long all threads of the program stood still; until it is told, for how long the collection took. Ticks of its clock.</summary>
    public long PauseTicks { get; private set; }

    /// <exception cref="HeapException">It makes no sense, or is beyond our bounds.</exception>
    public void Take(in NetTraceEvent value, TraceHeader? header)
    {
        if (value.Metadata.Provider != Runtime) return;
        if (header is { PointerSize: not 8 }) throw new HeapException("The program is one of 32 bits, whose heap we do not read.");
        var cursor = new BinaryCursor(value.Payload);
        switch (value.Metadata.EventId)
        {
            case SuspendBegin when !IsOver:
                _suspended = value.Ticks;
                break;
            case RestartEnd when IsOver && _suspended != 0:
                if (value.Ticks > _suspended) PauseTicks = value.Ticks - _suspended;
                _suspended = 0;
                break;
            case GcStart when !IsOver:
                Begin(ref cursor, value.Ticks);
                break;
            case GcEnd when _collection is { } collection && !IsOver && cursor.ReadInt32() == (int)collection && !cursor.HasFailed:
                // One that told nothing was somebody else's.
                IsOver = _nodeEvents > 0;
                PauseTicks = Math.Max(0, value.Ticks - _began);
                _collection = IsOver ? collection : null;
                break;
            case BulkType:
                TakeTypes(ref cursor);
                break;
            case BulkNode when IsTold:
                TakeNodes(ref cursor);
                break;
            case BulkEdge when IsTold:
                TakeEdges(ref cursor);
                break;
            case BulkRootEdge when IsTold:
                TakeRoots(ref cursor);
                break;
            case BulkWeakTable when IsTold:
                TakeWeakTable(ref cursor);
                break;
            case BulkStatic when IsTold:
                TakeStatics(ref cursor);
                break;
        }
        if (cursor.HasFailed) reading.Break("an event of the program broke off");
    }

    private bool IsTold => _collection is not null && !IsOver;

    private void Begin(ref BinaryCursor cursor, long ticks)
    {
        uint collection = (uint)cursor.ReadInt32();
        int depth = cursor.ReadInt32();
        _ = cursor.ReadInt32(); // reason
        int type = cursor.ReadInt32();
        if (cursor.HasFailed || depth < Oldest || type == Background || _nodeEvents > 0) return;
        (_collection, _began) = (collection, ticks);
    }

    /// <summary>Events of a kind are numbered: one that is missing was lost, and what follows does not belong to what came before.</summary>
    private int CountOf(ref BinaryCursor cursor, ref uint expected, string what)
    {
        uint index = (uint)cursor.ReadInt32();
        int count = cursor.ReadInt32();
        cursor.Skip(sizeof(short)); // of the runtime, where there are several
        if (index != expected) reading.Break($"events were lost, of {what}, as they came faster than they were read: take it again, when the host is less busy or the program has more memory left");
        expected = index + 1;
        return count;
    }

    private void TakeNodes(ref BinaryCursor cursor)
    {
        int count = CountOf(ref cursor, ref _nodeEvents, "objects");
        for (int i = 0; i < count && !cursor.HasFailed; i++)
        {
            ulong address = (ulong)cursor.ReadInt64(), size = (ulong)cursor.ReadInt64(), type = (ulong)cursor.ReadInt64(), edges = (ulong)cursor.ReadInt64();
            if (!cursor.HasFailed) reading.AddObject(address, size, type, edges);
        }
    }

    private void TakeEdges(ref BinaryCursor cursor)
    {
        int count = CountOf(ref cursor, ref _edgeEvents, "references");
        for (int i = 0; i < count && !cursor.HasFailed; i++)
        {
            ulong target = (ulong)cursor.ReadInt64();
            cursor.Skip(sizeof(int)); // which field
            if (!cursor.HasFailed) reading.AddReference(target);
        }
    }

    private void TakeRoots(ref BinaryCursor cursor)
    {
        const int weak = 2, refCounted = 4, pinning = 1;
        const byte stack = 0, finalizer = 1, handle = 2;
        int count = CountOf(ref cursor, ref _rootEvents, "roots");
        for (int i = 0; i < count && !cursor.HasFailed; i++)
        {
            ulong target = (ulong)cursor.ReadInt64();
            byte kind = cursor.ReadByte();
            int flags = cursor.ReadInt32();
            cursor.Skip(sizeof(long)); // where it is
            if (cursor.HasFailed || (flags & weak) != 0) continue;
            reading.AddRoot(target, kind switch
            {
                stack => RootKind.Local,
                _ when (flags & refCounted) != 0 => RootKind.RefCounted,
                finalizer => RootKind.Finalizer,
                handle when flags == pinning => RootKind.Pinned,
                handle => RootKind.Handle,
                _ => RootKind.Other,
            });
        }
    }

    private void TakeWeakTable(ref BinaryCursor cursor)
    {
        int count = CountOf(ref cursor, ref _weakEvents, "dependent handles");
        for (int i = 0; i < count && !cursor.HasFailed; i++)
        {
            ulong key = (ulong)cursor.ReadInt64(), value = (ulong)cursor.ReadInt64();
            cursor.Skip(sizeof(long));
            if (!cursor.HasFailed) reading.AddDependent(key, value);
        }
    }

    private void TakeStatics(ref BinaryCursor cursor)
    {
        const int threadLocal = 1;
        int count = cursor.ReadInt32();
        cursor.Skip(sizeof(long) + sizeof(short));
        for (int i = 0; i < count && !cursor.HasFailed; i++)
        {
            cursor.Skip(sizeof(long));
            ulong target = (ulong)cursor.ReadInt64(), type = (ulong)cursor.ReadInt64();
            int flags = cursor.ReadInt32();
            ReadOnlySpan<char> field = cursor.ReadText();
            if (!cursor.HasFailed) reading.AddStatic(target, type, field, (flags & threadLocal) != 0);
        }
    }

    private void TakeTypes(ref BinaryCursor cursor)
    {
        int count = cursor.ReadInt32();
        cursor.Skip(sizeof(short));
        for (int i = 0; i < count && !cursor.HasFailed; i++)
        {
            ulong type = (ulong)cursor.ReadInt64();
            cursor.Skip(sizeof(long) + sizeof(int) + sizeof(int) + 1); // module, name's token, flags, kind
            ReadOnlySpan<char> name = cursor.ReadText();
            int parameters = cursor.ReadInt32();
            if (parameters is < 0 or > ushort.MaxValue) parameters = ushort.MaxValue;
            cursor.Skip(parameters * sizeof(long));
            if (!cursor.HasFailed) reading.AddType(type, name);
        }
    }
}

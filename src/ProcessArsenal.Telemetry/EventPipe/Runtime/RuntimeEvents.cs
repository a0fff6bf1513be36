using System.Runtime.InteropServices;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.EventPipe.Runtime;

/// <summary>What the runtime of a target tells of itself: pauses, exceptions, contention, starvation. Reads the events of its provider
/// (<see href="https://learn.microsoft.com/dotnet/fundamentals/diagnostics/runtime-events"/>). Used by one thread.</summary>
internal sealed class RuntimeEvents
{
    public const string Provider = "Microsoft-Windows-DotNETRuntime";

    /// <summary>Garbage collection, contention, threading: at level 4 they cost next to nothing.</summary>
    public const long Keywords = 0x1 | 0x4000 | 0x10000;

    /// <summary>At level 2; at level 4 each exception costs the target three times as much.</summary>
    public const long ExceptionKeyword = 0x8000;

    /// <summary>Types of exceptions that are told apart; the others are counted as <see cref="OtherType"/>.</summary>
    public const int MostTypes = 100;

    /// <summary>Longest name of a type, in UTF-16 units.</summary>
    public const int LongestType = 512;

    public const string OtherType = "_OTHER";

    private const int RestartEnd = 3, SuspendBegin = 9, ThreadPoolAdjustment = 55, ExceptionThrown = 80, ContentionStop = 91;
    private const uint SuspendForCollection = 1, SuspendForPreparation = 6, StarvationReason = 6;

    private readonly Dictionary<string, long> _exceptions = [];

    /// <summary>When the threads began to be suspended for a collection, ticks of the target; 0 if they are not.</summary>
    private long _suspended;

    /// <summary>When the first session was about to begin: nothing was counted before. Null if there was none.</summary>
    public DateTimeOffset? Began { get; set; }

    /// <summary>Times in which no managed code ran, since a collection had all threads wait.</summary>
    public DurationHistogram Pauses { get; } = new();

    /// <summary>Times that threads waited for a lock (Monitor) of another.</summary>
    public DurationHistogram Contention { get; } = new();

    /// <summary>How often the thread pool took more threads since work waited too long.</summary>
    public long Starvation { get; private set; }

    /// <summary>Exceptions thrown, by the name of their type without namespace, caught ones included; before .NET 9 also those thrown again.</summary>
    public IReadOnlyDictionary<string, long> Exceptions => _exceptions;

    /// <summary>The latest of each kind.</summary>
    public RecentEvents RecentPauses { get; } = new();

    /// <inheritdoc cref="RecentPauses"/>
    public RecentEvents RecentContentions { get; } = new();

    /// <inheritdoc cref="RecentPauses"/>
    public RecentEvents RecentStarvations { get; } = new();

    /// <inheritdoc cref="RecentPauses"/>
    public RecentEvents RecentExceptions { get; } = new();

    /// <summary>Events that did not have their shape.</summary>
    public long Malformed { get; private set; }

    /// <summary>Another stream begins: what was under way in the one before is not known.</summary>
    public void BeginStream() => _suspended = 0;

    /// <summary>Takes an event of <see cref="Provider"/>.</summary>
    /// <param name="header">Of the stream that it came with.</param>
    public void Take(in NetTraceEvent value, TraceHeader header)
    {
        var cursor = new BinaryCursor(value.Payload);
        switch (value.Metadata.EventId)
        {
            case SuspendBegin:
                // Also for debuggers, profilers and the like: those are no pauses of a collection.
                _suspended = (uint)cursor.ReadInt32() is SuspendForCollection or SuspendForPreparation ? value.Ticks : 0;
                break;
            case RestartEnd:
                // One thread suspends and restarts the others, so that the two come in order.
                if (_suspended != 0 && value.Ticks >= _suspended)
                {
                    double seconds = (value.Ticks - _suspended) / (double)header.TicksPerSecond;
                    Pauses.Add(seconds);
                    RecentPauses.Add(header.TimeOf(_suspended), seconds);
                }
                _suspended = 0;
                break;
            case ContentionStop when value.Metadata.Version >= 1:
                cursor.Skip(sizeof(byte) + sizeof(short)); // flags, runtime
                double nanoseconds = BitConverter.Int64BitsToDouble(cursor.ReadInt64());
                if (cursor.HasFailed || nanoseconds is not (>= 0 and < 1e18)) break;
                Contention.Add(nanoseconds / 1e9);
                RecentContentions.Add(header.TimeOf(value.Ticks), nanoseconds / 1e9);
                break;
            case ThreadPoolAdjustment:
                cursor.Skip(sizeof(double)); // throughput
                int threads = cursor.ReadInt32();
                if ((uint)cursor.ReadInt32() != StarvationReason) break;
                Starvation++;
                RecentStarvations.Add(header.TimeOf(value.Ticks), threads);
                break;
            case ExceptionThrown:
                ReadOnlySpan<char> type = cursor.ReadText(), message = cursor.ReadText();
                if (cursor.HasFailed) break;
                CountException(ShortName(type));
                RecentExceptions.Add(header.TimeOf(value.Ticks), 0, type, message);
                break;
            default:
                return;
        }
        if (cursor.HasFailed) Malformed++;
    }

    /// <summary>As <c>error.type</c> of .NET 9 has it (Type.Name): without namespace, outer types and arguments.</summary>
    private static ReadOnlySpan<char> ShortName(ReadOnlySpan<char> type)
    {
        int arguments = type.IndexOf('[');
        ReadOnlySpan<char> name = arguments < 0 ? type : type[..arguments];
        name = name[(name.LastIndexOfAny('.', '+') + 1)..];
        return name.IsEmpty ? type : name;
    }

    private void CountException(ReadOnlySpan<char> type)
    {
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> byText = _exceptions.GetAlternateLookup<ReadOnlySpan<char>>();
        if (type.Length > LongestType || (_exceptions.Count >= MostTypes && !byText.ContainsKey(type))) type = OtherType;
        CollectionsMarshal.GetValueRefOrAddDefault(byText, type, out _)++;
    }
}

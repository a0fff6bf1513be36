using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Tracing.Profiles;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>What a recording tells, for a person. A section is null if the recording has no such events: either nothing of that kind happened, or nobody asked for it.</summary>
public sealed record TraceReport
{
    public required TraceFacts Trace { get; init; }

    /// <summary>The worst first.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    public CpuSection? Cpu { get; init; }

    /// <summary>How the kernel sampled the process; null for a recording of what a runtime tells.</summary>
    public NativeSection? Native { get; init; }

    /// <summary>Where threads waited; null unless that was recorded.</summary>
    public OffCpuSection? OffCpu { get; init; }

    /// <summary>There are samples of stacks, but what their methods are called is told at the end of a recording, and this one has none: nothing can be said of CPU time.</summary>
    public bool HasNoNames { get; init; }

    /// <summary>Threads of the pool that waited for something else than for work; null if none was found so.</summary>
    public IReadOnlyList<BlockedPlace>? Blocked { get; init; }

    public GcSection? Gc { get; init; }

    public AllocationSection? Allocations { get; init; }

    public ExceptionSection? Exceptions { get; init; }

    public ContentionSection? Contention { get; init; }

    public ThreadPoolSection? ThreadPool { get; init; }

    public RequestSection? Requests { get; init; }

    /// <summary>Of the methods that were asked about; null if none were.</summary>
    public CallsSection? Calls { get; init; }
}

/// <summary>What was recorded.</summary>
/// <param name="File">Its name.</param>
/// <param name="Pid">As the program saw itself.</param>
/// <param name="Duration">Seconds; the time at the end in which the program tells what its methods are called is not in it.</param>
/// <param name="LostEvents">Events that the program wrote and that are not in the file: its buffer was full.</param>
/// <param name="Incomplete">Why the file has not all, in words; null if it has.</param>
public sealed record TraceFacts(string File, int? Pid, DateTimeOffset Began, double Duration, long Events, long LostEvents, string? Incomplete);

/// <summary>Where CPU time went.</summary>
/// <param name="Seconds">CPU time of all threads, as far as samples tell: their number times the time between two.</param>
/// <param name="IsMeasured">Each thread has the time that the kernel gave it, and samples only say in what: of recordings by the daemon.</param>
/// <param name="Samples">Of threads that ran.</param>
/// <param name="WaitingSamples">Of threads that waited, which are in nothing else here.</param>
/// <param name="RecordingSamples">Of threads that did what the recording itself had them do, which are in nothing else here either.</param>
/// <param name="Threads">That ran at all.</param>
/// <param name="Hot">The methods with the most of their own.</param>
/// <param name="Tree">Who called whom.</param>
public sealed record CpuSection(double Seconds, bool IsMeasured, long Samples, long WaitingSamples, long RecordingSamples, int Threads, IReadOnlyList<HotMethod> Hot, IReadOnlyList<CallNode> Tree);

/// <summary>How the kernel sampled a process.</summary>
/// <param name="Kind">cpu or offcpu.</param>
/// <param name="Dropped">Samples of stacks for which there was no room: they are in nothing else here.</param>
/// <param name="Notes">What is to be known of what it can't tell.</param>
public sealed record NativeSection(string Kind, long Dropped, IReadOnlyList<string> Notes);

/// <summary>Where threads waited: for something to come, or for a processor.</summary>
/// <param name="Seconds">Of all threads, of waits that ended meanwhile.</param>
/// <param name="Waits">How many.</param>
/// <param name="Threads">That waited at all.</param>
/// <param name="Hot">The functions in which they waited longest.</param>
/// <param name="Tree">Who called whom.</param>
public sealed record OffCpuSection(double Seconds, long Waits, int Threads, IReadOnlyList<HotMethod> Hot, IReadOnlyList<CallNode> Tree);

/// <summary>Where threads of the pool waited.</summary>
/// <param name="Method">The innermost that is the program's own.</param>
/// <param name="Threads">How many, on average.</param>
public sealed record BlockedPlace(string Method, double Threads);

/// <summary>Collections.</summary>
/// <param name="Generations">How often each was collected: 0, 1, 2.</param>
/// <param name="Reasons">The most frequent first.</param>
/// <param name="PauseSeconds">All threads stood still for so long, in all.</param>
/// <param name="PausePart">0 to 1, of the recording.</param>
/// <param name="LongestPause">Seconds.</param>
/// <param name="HeapBytes">After the last one; null if no one has told.</param>
public sealed record GcSection(
    int Collections, IReadOnlyList<int> Generations, IReadOnlyList<Counted> Reasons, double PauseSeconds, double PausePart, double LongestPause, long? HeapBytes);

/// <summary>What was allocated: one sample in some 100 KB.</summary>
/// <param name="Bytes">As far as the samples tell.</param>
public sealed record AllocationSection(long Bytes, long Samples, IReadOnlyList<AllocatedType> Types, IReadOnlyList<Place> Places);

/// <param name="Bytes">As far as the samples tell.</param>
public sealed record AllocatedType(string Type, long Bytes, double Part);

/// <summary>What was thrown.</summary>
public sealed record ExceptionSection(long Thrown, double PerSecond, IReadOnlyList<ThrownType> Types);

/// <param name="Thrower">The innermost method that is not the runtime's.</param>
/// <param name="Message">Of the last.</param>
public sealed record ThrownType(string Type, string Thrower, long Count, string Message);

/// <summary>Waits for locks.</summary>
/// <param name="WaitSeconds">Of all threads.</param>
/// <param name="Places">Which method waited.</param>
public sealed record ContentionSection(long Waits, double WaitSeconds, double LongestWait, IReadOnlyList<Place> Places);

/// <summary>The thread pool.</summary>
/// <param name="Starvations">How often it added a thread because its threads were blocked while work waited.</param>
/// <param name="MostThreads">Workers at most; null if not told.</param>
public sealed record ThreadPoolSection(long Starvations, int? MostThreads, long Adjustments);

/// <summary>Requests, by where they went.</summary>
public sealed record RequestSection(IReadOnlyList<RequestGroup> Served, IReadOnlyList<RequestGroup> Made);

/// <param name="Name">Method and path of served ones, host of made ones.</param>
/// <param name="MeanSeconds">Of those that ended; null if none did.</param>
public sealed record RequestGroup(string Name, long Count, long Failed, double? MeanSeconds, double? LongestSeconds);

/// <summary>How often something was.</summary>
public sealed record Counted(string Name, long Count);

/// <summary>A method where something happened.</summary>
/// <param name="Amount">Seconds of waits, bytes of allocations.</param>
public sealed record Place(string Method, long Count, double Amount);

/// <summary>What is known of some methods: by samples, so a method that runs briefly, or was inlined by the compiler, may be in none, and how often one was called nobody has counted.</summary>
/// <param name="Pattern">What selects them.</param>
/// <param name="Methods">Those that were found, the most inclusive first.</param>
/// <param name="Seconds">CPU time in them and in what they called, once where they call each other.</param>
/// <param name="Part">0 to 1, of all CPU time.</param>
/// <param name="Samples">Of threads that ran, with one of them in the stack.</param>
/// <param name="WaitingSamples">Of threads that waited, likewise.</param>
/// <param name="Callers">Who called the outermost of them, the most CPU time first.</param>
/// <param name="Callees">What the innermost of them called; itself for its own time.</param>
/// <param name="AllocatedBytes">In them and in what they called, as far as samples tell.</param>
/// <param name="Exceptions">Thrown with one of them in the stack, by type.</param>
/// <param name="Activities">Activities and requests that were begun in one of them, or are called so.</param>
public sealed record CallsSection(
    string Pattern, IReadOnlyList<HotMethod> Methods, double Seconds, double Part, long Samples, long WaitingSamples, IReadOnlyList<CallShare> Callers, IReadOnlyList<CallShare> Callees,
    long AllocatedBytes, IReadOnlyList<Counted> Exceptions, IReadOnlyList<Counted> Activities);

/// <param name="Seconds">CPU time.</param>
/// <param name="Part">0 to 1, of that of the methods asked about.</param>
public sealed record CallShare(string Method, double Seconds, double Part);

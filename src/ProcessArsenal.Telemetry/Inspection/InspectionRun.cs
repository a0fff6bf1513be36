using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>What the parts of one inspection share: the process, the deadline, a buffer, and what was not to be had.</summary>
internal sealed class InspectionRun(ProcessDirectory directory, InspectionOptions options, TimeProvider time)
{
    /// <summary>What it takes to look into a process of another user.</summary>
    public const string Ptrace = "CAP_SYS_PTRACE over processes of other users", PtraceAndSearch = "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH over processes of other users";

    private readonly long _began = time.GetTimestamp();
    private readonly List<Unavailable> _unavailable = [];

    public ProcessDirectory Directory { get; } = directory;

    public InspectionOptions Options { get; } = options;

    public byte[] Buffer { get; } = new byte[64 * 1024];

    /// <summary>A read still waits for the process, and uses its directory.</summary>
    public bool LeftSomethingBehind { get; private set; }

    public bool IsLate => time.GetElapsedTime(_began) > Options.Deadline;

    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    public IReadOnlyList<Unavailable> Unavailable => _unavailable;

    /// <summary>Notes why a part is missing.</summary>
    /// <returns>True if it is not.</returns>
    public bool IsOk(ReadOutcome outcome, string what, string needs)
    {
        if (outcome == ReadOutcome.Ok) return true;
        if (outcome == ReadOutcome.Denied) Miss(what, needs);
        else if (outcome == ReadOutcome.Malformed) Miss(what, "an answer of the kernel that we understand");
        return false;
    }

    public void Miss(string what, string needs)
    {
        if (!_unavailable.Exists(known => known.What == what)) _unavailable.Add(new Unavailable(what, needs));
    }

    /// <summary>Notes that there was no time for all of a part.</summary>
    public void Late(string what) => Miss(what, FormattableString.Invariant($"more than the {Options.Deadline.TotalSeconds:0.###} s that an inspection may take"));

    /// <summary>Reads what may wait for the process.</summary>
    /// <returns>False if it did not come before the deadline.</returns>
    public bool TryRead<T>(Func<T> read, out T? value)
    {
        if (Blocking.TryRead(read, Options.Deadline - Elapsed, out value)) return true;
        LeftSomethingBehind = true;
        return false;
    }

    public string Cut(string text) => Quoting.Cut(text, Options.LongestText);
}

using ProcessArsenal.Control.Interop;
using ProcessArsenal.Control.Restarting.Systemd;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Dumps;

/// <summary>A core of any process, .NET or not, by gdb: nothing is asked of the process itself, nor written where it is.</summary>
internal sealed class CoreDump : DumpType
{
    public const string TypeName = "core";

    private const long Extra = 16L << 20;
    private const int MostSaid = 16 * 1024;

    private static readonly string[] Places = ["/usr/bin/gdb", "/usr/local/bin/gdb", "/bin/gdb"];

    public override string Name => TypeName;

    public override string Help => "all of the memory of any process, by gdb";

    public override string FileName => "core";

    public override long Estimate(ProcessDirectory target, in ProcStatus memory) => Math.Max(CoreSize.Read(target.Pid) ?? 0, OwnOf(memory)) + Extra;

    public override Task<string?> WhyNotAsync(ProcessDirectory target, TimeProvider time, CancellationToken cancellation)
    {
        Span<byte> buffer = stackalloc byte[8192];
        if (target.ReadStatus(buffer, out ProcStatus status) != ReadOutcome.Ok) return Task.FromResult<string?>("it has ended");
        return Task.FromResult(!status.HasMemory ? "it has no memory: it is a thread of the kernel, or has ended"
            : status.TracerPid > 0 ? FormattableString.Invariant($"pid {status.TracerPid} traces it already, and only one can: end that (a debugger, strace)")
            : target.ReadMountNamespace(out _) == ReadOutcome.Denied ? "we may not trace it: that takes the same user, root, or CAP_SYS_PTRACE"
            : Tool is null ? "a core of a running process takes gdb, which is not here: install it (apt install gdb, dnf install gdb)" : null);
    }

    public override async Task<string?> WriteAsync(DumpRun run, CancellationToken cancellation)
    {
        if (Tool is not { } gdb) return "gdb is gone";
        ToolAnswer answer;
        await using (run.Watch.Begin(() => RandomAccess.GetLength(run.File.SafeFileHandle)))
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, run.Watch.Token);
            try
            {
                answer = await ToolRun.RunAsync(gdb, Arguments(run), new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["LC_ALL"] = "C", ["HOME"] = "/nonexistent" }, MostSaid, ended.Token).ConfigureAwait(false);
                if (answer.ExitCode != 0) run.Watch.Break();
            }
            catch (OperationCanceledException)
            {
                run.Watch.Break();
                if (run.Watch.Why is { } why) return why;
                throw;
            }
        }
        // As long as it had not ended by now nobody else could have its number, so it is its memory.
        if (run.Held.HasEnded()) return "it ended meanwhile";
        if (run.Watch.Why is { } wrong) return wrong;
        return answer.ExitCode == 0 && IsCore(run.Path) ? null : $"gdb could not write it: {Last(answer)}";
    }

    /// <summary>Nothing that the process, or anybody else, has put beside its files is executed; no symbols are read, and nothing is fetched.</summary>
    private static string[] Arguments(DumpRun run) =>
    [
        "-nx", "-nh", "-q", "-batch", "--readnever",
        "-iex", "set auto-load off", "-iex", "set debuginfod enabled off", "-iex", "set auto-solib-add off", "-iex", "set sysroot /nonexistent", "-iex", "set confirm off",
        "-ex", FormattableString.Invariant($"attach {run.Held.Identity.Pid}"), "-ex", $"generate-core-file {run.Path}", "-ex", "detach",
    ];

    private static string? Tool => Array.Find(Places, static place => Files.TryStat(place, out FileFacts facts) && facts is { IsRegular: true, UserId: 0 } && (facts.Permissions & 0b000_010_010) == 0);

    private static bool IsCore(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[64];
        return DumpCopy.IsCore(head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)]);
    }

    private static string Last(ToolAnswer answer)
    {
        string[] lines = (answer.Error.Length > 0 ? answer.Error : answer.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length > 0 ? Telemetry.Text.Quoting.Cap(lines[^1]) : FormattableString.Invariant($"it ended with {answer.ExitCode}");
    }
}

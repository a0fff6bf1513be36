using System.Text.Json.Nodes;
using ProcessArsenal.Control;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Exporter.Api;

/// <summary>What every request for an action may say, and how it becomes one of the pipeline.</summary>
internal static class ActionBody
{
    public const int LongestReason = 1000;

    public const string KeyHeader = "Idempotency-Key";

    /// <summary>How the command line calls itself: what it asks for is marked so in the ledger.</summary>
    public const string CommandLineAgent = "process-arsenal-cli";

    private static readonly ApiParameter<string> Reason = new("reason", "Why; kept in the ledger.", $"a text of 1 to {LongestReason} characters", static text => text.Length is > 0 and <= LongestReason ? text : null)
    {
        Schema = new JsonObject { ["type"] = "string", ["maxLength"] = LongestReason },
    };

    private static readonly ApiParameter<object> Force = Parameters.Flag("force", "Overrule the guards that can be overruled. Takes the role admin.");

    private static readonly ApiParameter<object> DryRun = Parameters.Flag("dry_run", "Only say what would be done.");

    private static readonly ApiParameter<object> MinHealthy = Parameters.Number("min_healthy", "How many of the process's group must be left that are fit for work.", 0, 100_000, 0);

    private static readonly ApiParameter<object> MinUptime = Parameters.Duration("min_uptime", "Let younger ones be.", TimeSpan.Zero, TimeSpan.FromDays(365), TimeSpan.Zero);

    private static readonly ApiParameter<object> Cooldown = Parameters.Duration("cooldown", "After this, requests for the same that ask for a cooldown too are refused for so long, for all of its group; and so is this one, if one before began such a time.", TimeSpan.Zero, TimeSpan.FromDays(1), TimeSpan.Zero);

    public static readonly ApiParameter<object> Timeout = Parameters.Duration(
        "timeout", $"Of stop: how long it has to end before SIGKILL, {Configuration.Durations.Format(StopAction.LongestTimeout)} at most. Of restart: how long until its new process is there; usually {Configuration.Durations.Format(RestartAction.UsualTimeout)}.",
        TimeSpan.Zero, RestartAction.LongestTimeout, StopAction.UsualTimeout);

    public static readonly ApiParameter<object> Signal = new("signal", "Of signal: which.", $"one of {string.Join(", ", SignalNames.Allowed.Keys)}", static text => SignalNames.Parse(text))
    {
        Schema = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. SignalNames.Allowed.Keys.Select(static name => (JsonNode)name)]) },
    };

    public static readonly ApiParameter<object> Evidence = Parameters.Flag("evidence", "Of stop, kill, restart and signal: first keep what is known of the process (evidence.budget says how long that may take). The action is done whatever comes of it.");

    /// <summary>Those of every action.</summary>
    public static readonly ApiParameter[] Common = [Reason, Force, DryRun, MinHealthy, MinUptime, Cooldown];

    /// <exception cref="ProblemException">Its key is none.</exception>
    public static ControlRequest Read(ApiRequest request, ControlAction action, TargetSelection selection, bool isPreview, int maxTargets)
    {
        bool isForced = request.Get(Force) is true, isDry = isPreview || request.Get(DryRun) is true;
        bool isCommandLine = request.Http.Request.Headers.UserAgent.ToString().StartsWith(CommandLineAgent, StringComparison.Ordinal);
        var limits = new ControlLimits
        {
            MaxTargets = maxTargets,
            MinHealthy = request.Get(MinHealthy) as int? ?? 0,
            MinUptime = request.Get(MinUptime) as TimeSpan? ?? TimeSpan.Zero,
            Cooldown = request.Get(Cooldown) as TimeSpan? ?? TimeSpan.Zero,
        };
        bool withEvidence = request.Get(Evidence) is true;
        string canonical = FormattableString.Invariant($"{action.Name} {action.Canonical} {selection} {limits} {isForced} {request.Get(Reason)}{(withEvidence ? " with evidence" : "")}");
        return new ControlRequest(action, selection, request.Token, isCommandLine ? "cli" : "api")
        {
            Reason = request.Get(Reason),
            Force = isForced,
            IsPreview = isDry,
            Limits = limits,
            Evidence = withEvidence ? request.Services.Control.Evidence.Options.Budget : null,
            Key = KeyOf(request, canonical),
            TraceId = System.Diagnostics.Activity.Current?.TraceId.ToHexString(),
        };
    }

    /// <summary>Who is meant by a pid is who has it now; null: nobody.</summary>
    public static ProcessIdentity? Identify(ApiRequest request, ProcessName name) => name.Identity ?? HeldProcess.Identify(request.Services.Proc, name.Pid);

    /// <exception cref="ProblemException">Nobody has the pid.</exception>
    public static ProcessIdentity Resolve(ApiRequest request, ProcessName name) => Identify(request, name) ?? throw new ProblemException(Problem.NoSuchProcess($"There is no process {name.Pid}. GET /api/v1/lifecycle tells who ended."));

    private static IdempotencyKey? KeyOf(ApiRequest request, string canonical)
    {
        if (request.Http.Request.Headers[KeyHeader] is not { Count: > 0 } values) return null;
        if (values is not [{ } key] || !IdempotencyKey.IsKey(key))
            throw new ProblemException(Problem.InvalidParameter(KeyHeader, $"The header {KeyHeader} must be one text of 1 to {IdempotencyKey.MaxLength} printable characters of ASCII."));
        return new IdempotencyKey(request.Token.Name, key, canonical);
    }
}

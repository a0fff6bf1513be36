using System.Text.Json;
using System.Text.Json.Serialization;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control;

/// <summary>What the ledger keeps of an intent beside its own columns.</summary>
/// <param name="Name">comm of the target.</param>
/// <param name="Parameters">What the action was asked with.</param>
/// <param name="Identity">Of the process that a child had; null: it had none, or it is no child.</param>
internal sealed record IntentDetails(string Name, string? Group, string? Parameters, bool? Force, string? Identity = null)
{
    /// <summary>Systemd unit and container of the target; null: none.</summary>
    public string? Unit { get; init; }

    /// <inheritdoc cref="Unit"/>
    public string? Container { get; init; }

    /// <summary>Whose it is to a policy, whichever process that has: child/NAME, unit/NAME, container/ID or process/IDENTITY.</summary>
    public string? Key { get; init; }

    /// <summary>Of the policy.</summary>
    public string? Run { get; init; }

    /// <summary>Of the alert that set it off.</summary>
    public string? Incident { get; init; }
}

/// <summary>What the ledger keeps of an outcome beside its own columns.</summary>
internal sealed record OutcomeDetails(string? Guard, bool? Ended, int? ExitCode, int? Signal, string? Owner = null, string? Old = null, string? New = null, ArtifactNote? Artifact = null, AlertNote? Alert = null, EvidenceNote? Evidence = null);

/// <summary>What the ledger keeps of an alert that was raised.</summary>
/// <param name="Fingerprint">As Alertmanager calls it.</param>
/// <param name="Replicas">What each said.</param>
internal sealed record AlertNote(string Fingerprint, DateTimeOffset Until, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<ReplicaNote> Replicas);

/// <param name="Fault">Why it did not take it; null: it did.</param>
internal sealed record ReplicaNote(string Url, string? Fault);

/// <summary>Writes them, and reads what came of a request that was carried out before.</summary>
internal static class ActionDetails
{
    public static JsonElement Of(Target target, ControlRequest request) => JsonSerializer.SerializeToElement(
        new IntentDetails(target.Name, target.Group, request.Action.Parameters is { Length: > 0 } parameters ? parameters : null, request.Force ? true : null, target is { Child: not null, Identity: { Pid: > 0 } process } ? process.ToString() : null)
        {
            Unit = target.Unit,
            Container = target.Container,
            Run = request.Run,
            Incident = request.Incident,
        }, ActionJson.Default.IntentDetails);

    public static JsonElement Of(IntentDetails details) => JsonSerializer.SerializeToElement(details, ActionJson.Default.IntentDetails);

    public static JsonElement Of(AlertNote alert) => JsonSerializer.SerializeToElement(new OutcomeDetails(null, null, null, null, Alert: alert), ActionJson.Default.OutcomeDetails);

    public static JsonElement Of(Attempt attempt) => JsonSerializer.SerializeToElement(
        new OutcomeDetails(
            attempt.Objection?.Guard, attempt.End?.HasEnded == true ? true : null,
            attempt.End?.Exit is { Signal: 0 } exit ? exit.Code : null, attempt.End?.Exit is { Signal: > 0 } killed ? killed.Signal : null,
            attempt.Reach.Owner, attempt.End?.Old?.ToString(), attempt.End?.New?.ToString(), attempt.End?.Artifact, Evidence: attempt.Evidence ?? attempt.End?.Evidence), ActionJson.Default.OutcomeDetails);

    public static TargetResult ToResult(ActionRecord action)
    {
        IntentDetails? intent = action.Intent.Details?.Deserialize(ActionJson.Default.IntentDetails);
        ChildName? child = ChildName.Parse(action.Intent.Target);
        _ = ProcessIdentity.TryParse(child is null ? action.Intent.Target : intent?.Identity, out ProcessIdentity identity);
        OutcomeDetails? outcome = action.Outcome?.Details?.Deserialize(ActionJson.Default.OutcomeDetails);
        return new TargetResult(new Target(identity, intent?.Name ?? "", intent?.Group) { Child = child }, action.Outcome?.Kind)
        {
            Action = action.Id,
            Guard = outcome?.Guard,
            Reason = action.Outcome?.Reason ?? "it is under way",
            HasEnded = outcome?.Ended ?? false,
            Owner = outcome?.Owner,
            Old = IdentityOf(outcome?.Old),
            New = IdentityOf(outcome?.New),
            Evidence = outcome?.Evidence,
            Exit = outcome?.Signal is { } signal ? new ExitStatus(signal) : outcome?.ExitCode is { } code ? new ExitStatus(code << 8) : null,
        };
    }

    private static ProcessIdentity? IdentityOf(string? text) => ProcessIdentity.TryParse(text, out ProcessIdentity identity) ? identity : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IntentDetails))]
[JsonSerializable(typeof(OutcomeDetails))]
internal sealed partial class ActionJson : JsonSerializerContext;

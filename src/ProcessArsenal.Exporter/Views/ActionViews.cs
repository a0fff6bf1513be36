using ProcessArsenal.Control;
using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Exporter.Views;

/// <summary>What came of an action on one process, or on a supervised child.</summary>
/// <param name="Identity">Empty: a child that did not run.</param>
internal sealed record ActionResultView(string Identity, int Pid, string Name)
{
    /// <summary>Of the action in the ledger; null if nothing was recorded: a preview.</summary>
    public long? Id { get; init; }

    public string? Group { get; init; }

    /// <summary>The supervised child that was meant, as SUPERVISOR/CHILD; null: the process was.</summary>
    public string? Child { get; init; }

    /// <summary>Null: it is under way.</summary>
    public OutcomeKind? Outcome { get; init; }
    public string? Guard { get; init; }
    public string? Reason { get; init; }
    public bool? Ended { get; init; }
    public int? ExitCode { get; init; }
    public int? Signal { get; init; }

    /// <summary>Of a restart: who was asked, such as a systemd unit.</summary>
    public string? Owner { get; init; }

    /// <summary>Of a start or a restart: the process before, and the one after; of an owner its main one.</summary>
    public string? Old { get; init; }
    public string? New { get; init; }

    /// <summary>What came of taking evidence; null: none was asked for.</summary>
    public EvidenceNote? Evidence { get; init; }

    /// <summary>It was carried out before, under the same Idempotency-Key.</summary>
    public bool? Repeated { get; init; }

    public static ActionResultView Of(TargetResult result, bool isRepeated = false) => new(result.Target.Identity == default ? "" : result.Target.Identity.ToString(), result.Target.Identity.Pid, result.Target.Name)
    {
        Child = result.Target.Child?.ToString(),
        Id = result.Action,
        Group = result.Target.Group,
        Outcome = result.Outcome,
        Guard = result.Guard,
        Reason = result.Reason,
        Ended = result.HasEnded ? true : null,
        ExitCode = result.Exit is { Signal: 0 } exit ? exit.Code : null,
        Signal = result.Exit is { Signal: > 0 } killed ? killed.Signal : null,
        Owner = result.Owner,
        Old = result.Old?.ToString(),
        New = result.New?.ToString(),
        Evidence = result.Evidence,
        Repeated = isRepeated ? true : null,
    };
}

/// <summary>What came of an action on several.</summary>
/// <param name="Preview">Nothing was done: this is what would be.</param>
/// <param name="Successful">Of a preview: those to whom it would be done.</param>
internal sealed record BatchView(bool Preview, IReadOnlyList<ActionResultView> Successful, IReadOnlyList<ActionResultView> Failed)
{
    public string? Note { get; init; }

    /// <param name="missing">Pids that nobody has.</param>
    public static BatchView Of(ControlResult result, IEnumerable<int> missing)
    {
        ActionResultView[] all =
        [
            .. result.Targets.Select(target => ActionResultView.Of(target, result.IsRepeated)),
            .. missing.Select(static pid => new ActionResultView("", pid, "") { Outcome = OutcomeKind.Refused, Guard = "identity", Reason = "there is no such process" }),
        ];
        return new BatchView(result.IsPreview, [.. all.Where(IsGood)], [.. all.Where(static one => !IsGood(one))])
        {
            Note = all.Length == 0 ? "nobody is meant, so nothing is done: a process is meant only if the condition is true for it by what it can't choose itself (its executable, user, unit or container, not its name or arguments)"
                : result.IsPreview ? "a preview: nothing was done" : null,
        };

        static bool IsGood(ActionResultView one) => one.Outcome is OutcomeKind.Succeeded or OutcomeKind.NotDone;
    }
}

/// <summary>An action as the ledger has it.</summary>
internal sealed record ActionView(long Id, string Action, string Target, string Trigger, DateTimeOffset Requested)
{
    /// <summary>Null: it is under way.</summary>
    public OutcomeKind? Outcome { get; init; }
    public DateTimeOffset? Finished { get; init; }
    public string? Policy { get; init; }
    public string? Caller { get; init; }

    /// <summary>Why it was asked for.</summary>
    public string? Request { get; init; }

    /// <summary>What came of it, in words.</summary>
    public string? Reason { get; init; }

    public string? TraceId { get; init; }

    /// <summary>Of the policy; null: it is by none.</summary>
    public string? Run { get; init; }

    /// <summary>By whose alert it was set off; null: by none.</summary>
    public string? Incident { get; init; }

    /// <summary>Labels of that alert, as long as they are kept.</summary>
    public IReadOnlyDictionary<string, string>? Alert { get; init; }
    public System.Text.Json.JsonElement? Details { get; init; }
    public System.Text.Json.JsonElement? Result { get; init; }

    /// <summary>With the labels of the alerts that set them off.</summary>
    public static IReadOnlyList<ActionView> Of(IReadOnlyList<ActionRecord> actions, LedgerReader reader)
    {
        List<ActionView> views = [.. actions.Select(Of)];
        string[] incidents = [.. views.Select(static view => view.Incident).OfType<string>().Distinct()];
        if (incidents.Length == 0) return views;
        Dictionary<string, IReadOnlyDictionary<string, string>> labels = IncidentQueries.Find(reader, incidents).ToDictionary(static incident => incident.Name, static incident => incident.Labels);
        return [.. views.Select(view => view.Incident is { } incident ? view with { Alert = labels.GetValueOrDefault(incident) } : view)];
    }

    public static ActionView Of(ActionRecord action) => new(action.Id, action.Intent.Action, action.Intent.Target, action.Intent.Trigger, action.Intent.Requested)
    {
        Outcome = action.Outcome?.Kind,
        Finished = action.Outcome?.Finished,
        Policy = action.Intent.Policy,
        Caller = action.Intent.Caller,
        Request = action.Intent.Reason,
        Reason = action.Outcome?.Reason,
        TraceId = action.Intent.TraceId,
        Run = Text(action.Intent.Details, "run"),
        Incident = Text(action.Intent.Details, "incident"),
        Details = action.Intent.Details,
        Result = action.Outcome?.Details,
    };

    /// <returns>Null: there is none.</returns>
    internal static string? Text(System.Text.Json.JsonElement? element, string name) =>
        element is { ValueKind: System.Text.Json.JsonValueKind.Object } within && within.TryGetProperty(name, out System.Text.Json.JsonElement value) && value.ValueKind == System.Text.Json.JsonValueKind.String ? value.GetString() : null;
}

/// <summary>Some actions, newest first.</summary>
internal sealed record ActionListView(IReadOnlyList<ActionView> Actions)
{
    /// <summary>Cursor of those that follow; null if there are none.</summary>
    public string? Next { get; init; }
}

/// <summary>Whether actions are paused.</summary>
internal sealed record PauseView(bool Paused)
{
    public string? By { get; init; }
    public string? Reason { get; init; }
    public DateTimeOffset? Since { get; init; }
    public DateTimeOffset? Until { get; init; }

    public static PauseView Of(PauseState? pause) => pause is null ? new PauseView(false) : new PauseView(true) { By = pause.By, Reason = pause.Reason, Since = pause.Since, Until = pause.Until };
}

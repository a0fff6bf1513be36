using System.Globalization;

namespace ProcessArsenal.Control.Policies.Machine;

/// <summary>Begins runs.</summary>
internal sealed partial class PolicyMachine
{
    private void Fire(PolicyBook book)
    {
        if (book.Mode == PolicyMode.Off || !_hasSampled)
        {
            book.Episodes.Clear();
            return;
        }
        if (book.Policy.Alert is null) FireBySample(book);
        else foreach (Incident incident in book.Incidents.Values.ToList()) FireByAlert(book, incident);
    }

    private void FireBySample(PolicyBook book)
    {
        List<TargetLook> firing = [.. book.Looks.Values.Where(static look => look.Holds)];
        book.Episodes.RemoveWhere(key => !book.Looks.TryGetValue(key, out TargetLook? look) || !look.Holds);
        book.Said.RemoveWhere(said => said.Key.Length > 0 ? !book.Episodes.Contains(said.Key) && firing.All(look => look.Key != said.Key) : said.What == "max_targets" && !AreTooMany(book, firing.Count));
        foreach (TargetLook look in firing)
            if (book.Episodes.Count < MostTargets && book.Episodes.Add(look.Key) && book.Mode.Acts() && _storm.Note(_now)) _decisions.Add(new StormBegan(book.Policy.Name, _storm.Until!.Value));
        if (AreTooMany(book, firing.Count))
        {
            Say(book, "", "max_targets", null, FormattableString.Invariant($"it holds for {firing.Count}{(book.HasMore ? " and more" : "")}, and {book.Policy.Limits.MaxTargets} may be meant at once (max_targets): nothing is done to any"));
            return;
        }
        foreach (TargetLook look in firing) TryStart(book, look, null);
    }

    private void FireByAlert(PolicyBook book, Incident incident)
    {
        if (incident.IsHandled && !incident.IsUrged) return;
        // An alert that names nobody, of a policy that names nobody, would mean everybody.
        if (book.Policy.Target is null && book.Policy.When is null && incident.Labels.Count == 0)
        {
            Say(book, incident.Id, "target", null, "neither the policy nor the alert's labels (identity, group, unit, container) say whom it is about");
            return;
        }
        List<(TargetLook Look, string Identity)> meant = [];
        foreach (TargetLook look in book.Looks.Values)
            if (look.Holds && incident.Find(look) is { } identity) meant.Add((look, identity));
        if (meant.Count == 0 && _now - incident.Seen >= NobodyPatience)
            Say(book, incident.Id, "target", null, book.Policy.When is { } when ? $"nobody whom the alert means is like that now: {when}" : "the alert means nobody who is here, by its labels (identity, group, unit, container) and the policy's target");
        if (AreTooMany(book, meant.Count))
        {
            Say(book, incident.Id, "max_targets", null, FormattableString.Invariant($"{meant.Count}{(book.HasMore ? " and perhaps more" : "")} are meant, and {book.Policy.Limits.MaxTargets} may be at once (max_targets): nothing is done to any"));
            return;
        }
        foreach ((TargetLook look, string identity) in meant) TryStart(book, look with { Identity = identity }, incident);
        // It is acted upon once: who has no turn now gets none, and that is said.
        int begun = meant.Count(one => book.Runs.Values.Any(run => run.Key == one.Look.Key && run.Incident == incident.Id));
        if (!incident.IsHandled && begun < meant.Count && book.Incidents.GetValueOrDefault(incident.Id) is { IsHandled: true })
            Say(book, incident.Id, "max_concurrent", null, FormattableString.Invariant($"{meant.Count} are meant, and it is at work on {begun} (max_concurrent, cooldown): nothing is done to the others for this alert"));
    }

    private static bool AreTooMany(PolicyBook book, int meant) => meant > book.Policy.Limits.MaxTargets || book.HasMore;

    private void TryStart(PolicyBook book, TargetLook look, Incident? incident)
    {
        string about = incident?.Id ?? look.Key;
        if (book.Runs.Values.Any(run => run.Key == look.Key)) return;
        if (book.Targets.TryGetValue(look.Key, out TargetMemory? memory) && memory.Until > _now) return;
        if (book.Refused.TryGetValue(look.Key, out DateTimeOffset until) && until > _now) return;
        if (!book.Mode.Acts())
        {
            if (book.Said.Count < MostTargets && book.Said.Add((about, look.Key))) _decisions.Add(new WouldAct(book.Policy.Name, book.Mode, look, incident?.Id, incident?.TraceId ?? TraceIdOf(book, look)));
            return;
        }
        if (_isPaused) return;
        if (_storm.IsTripped(_now))
        {
            Say(book, "", "storm", null, $"too many things began at once: nothing new is begun until {_storm.Until!.Value.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}Z");
            return;
        }
        bool isEscalation = incident is { IsHandled: true, IsUrged: true };
        if (isEscalation && incident!.Escalated >= book.Policy.Escalation.Count) return;
        if (!isEscalation && Recurs(book, look.Key)) CountInVain(book, "what it was at work on came back within an hour");
        if (!book.Mode.Acts()) return; // Latched by that.
        bool isAsked = book.Mode == PolicyMode.Approve;
        if (isAsked ? book.Runs.Values.Count(static run => run.Phase == RunPhase.Approval) >= MostApprovals : !HasRoom(book) || IsHeld(look.Key, null)) return;
        int cost = isEscalation ? 1 : book.Policy.Actions;
        if (book.Left(_now) < cost)
        {
            Say(book, "", "max_actions_per_hour", look.Key, FormattableString.Invariant($"{book.Policy.Limits.MaxActionsPerHour} actions within an hour are allowed (max_actions_per_hour), {book.Budget.Spent(_now)} are spent, and it takes {cost}"));
            return;
        }
        book.Sequence++;
        var run = new PolicyRun(string.Create(CultureInfo.InvariantCulture, $"{book.Policy.Name}-{book.Sequence}"), book.Plan, look.Key, look.Identity, incident?.Id, incident?.TraceId ?? TraceIdOf(book, look), _now) { Group = look.Group, SpanId = incident?.SpanId };
        if (isEscalation) run = run with { Phase = RunPhase.Watching, Step = book.Policy.Steps.Count, Escalated = incident!.Escalated, IsUrged = true, Deadline = _now + Longest(book.Policy) };
        if (isAsked) run = run with { Phase = RunPhase.Approval, Deadline = _now + book.Policy.Limits.ApprovalTimeout };
        else if (!isEscalation) run = Start(book, run);
        Put(book, run);
        if (incident is not null) book.Incidents[incident.Id] = book.Incidents[incident.Id] with { IsHandled = true, IsUrged = false };
        if (run.Phase == RunPhase.Approval) _decisions.Add(new ApprovalAsked(book.Policy.Name, run, run.Deadline));
        else Proceed(book);
    }

    /// <summary>What it did to a target a short while ago, and nothing has verified, has not helped.</summary>
    private bool Recurs(PolicyBook book, string key)
    {
        if (book.Policy.Verification is not null || !book.Targets.TryGetValue(key, out TargetMemory? memory) || !memory.IsUnverified || memory.Expires <= _now) return false;
        book.Targets[key] = memory with { IsUnverified = false }; // Counted.
        book.IsDirty = true;
        return true;
    }

    private string TraceIdOf(PolicyBook book, TargetLook look) => PolicyMemory.Hash(string.Create(CultureInfo.InvariantCulture, $"{book.Policy.Name}\n{look.Key}\n{book.Sequence}\n{_now.UtcTicks}"));
}

using ProcessArsenal.Telemetry.Analysis;

namespace ProcessArsenal.Control.Policies.Machine;

/// <summary>Goes on with runs.</summary>
internal sealed partial class PolicyMachine
{
    /// <summary>Of an earlier run of ours: whether a step that was under way was carried out nobody knows; it has cost what it costs, and is not done twice.</summary>
    private void TakeUp(PolicyBook book, PolicyRun run)
    {
        if (!book.Runs.ContainsKey(run.Id)) return;
        if (run.IsUnderWay) book.Budget.Move(run.StepBegan, _now);
        PolicyRun taken = run with { IsUnderWay = false, IsHarming = false, Since = run.IsUnderWay ? _now : run.Since };
        Put(book, taken);
        if (taken.Ends is { } why) End(book, taken, taken.HasHarmed ? RunResult.Unverified : RunResult.Cancelled, why);
        else if (run.IsUnderWay) Next(book, taken);
    }

    private void Proceed(PolicyBook book)
    {
        foreach (string id in book.Runs.Keys.ToList())
        {
            // Each at most as often as it has phases: a step that is left out leads to the next at once.
            for (int round = 0; round < Policy.MostSteps + Policy.MostEscalations && book.Runs.TryGetValue(id, out PolicyRun? run); round++)
            {
                Proceed(book, run);
                if (book.Runs.GetValueOrDefault(id) == run) break;
            }
        }
    }

    private void Proceed(PolicyBook book, PolicyRun run)
    {
        if (run.IsUnderWay)
        {
            if (WhyNot(book, run) is { } stop && run.Ends is null) Put(book, run with { Ends = stop });
            return;
        }
        // Who only looks may go on.
        if (run.Phase != RunPhase.Verifying && WhyNot(book, run) is { } why)
        {
            End(book, run, run.HasFailed ? RunResult.NotCured : run.HasHarmed ? RunResult.Unverified : RunResult.Cancelled, why);
            return;
        }
        switch (run.Phase)
        {
            case RunPhase.Approval: Await(book, run); break;
            case RunPhase.Steps when run.Step >= book.Policy.Steps.Count: StepsEnded(book, run, null); break;
            case RunPhase.Steps: Begin(book, run, book.Policy.Steps[run.Step]); break;
            case RunPhase.Verifying: Verify(book, run); break;
            case RunPhase.Watching: Watch(book, run); break;
            case RunPhase.Escalating: Begin(book, run, book.Policy.Escalation[run.Escalated - 1].Step); break;
        }
    }

    private string? WhyNot(PolicyBook book, PolicyRun run)
    {
        if (_isPaused) return "all actions are paused";
        if (!book.Mode.Acts()) return book.LatchedSince is not null ? "the policy has cured nothing too often" : $"the policy's mode is {book.Mode.Name()} now";
        bool mayAct = book.Mode == PolicyMode.Enforce || run.ApprovedBy is not null || run.Phase == RunPhase.Approval;
        return mayAct ? null : "the policy's mode is approve now, and nobody has approved it";
    }

    private void Await(PolicyBook book, PolicyRun run)
    {
        if (run.Deadline <= _now) End(book, run, run.ApprovedBy is null ? RunResult.Expired : RunResult.Cancelled, run.ApprovedBy is null ? "nobody has approved it in time" : "it was approved, and its turn did not come in time");
        else if (_hasSampled && !StillHolds(book, run) && IsKnown(book)) End(book, run, RunResult.Cancelled, "what set it off is over");
        else if (run.ApprovedBy is null && book.Mode == PolicyMode.Enforce) End(book, run, RunResult.Cancelled, "nobody need approve it any more");
        else if (run.ApprovedBy is null || !_hasSampled || !HasRoom(book) || IsHeld(run.Key, run)) return;
        else if (run.Step >= book.Policy.Steps.Count) Put(book, run with { Phase = RunPhase.Watching, Deadline = _now + Longest(book.Policy) });
        else if (book.Left(_now) >= book.Policy.Actions) Put(book, Start(book, run));
    }

    private static bool HasRoom(PolicyBook book) => book.Runs.Values.Count(static run => run.Phase != RunPhase.Approval) < book.Policy.Limits.MaxConcurrent;

    /// <summary>Its steps are to be carried out: what they cost is set aside, so that none is begun that could not be finished.</summary>
    private PolicyRun Start(PolicyBook book, PolicyRun run) => run with { Phase = RunPhase.Steps, Step = 0, Reserved = book.Policy.Actions, Since = _now, Deadline = _now + TurnPatience };

    /// <summary>Whether it is seen if the condition holds no more. One that looks back (memory > 200MiB for 5m) does not hold after a start of ours, for as long as it looks back: what was before that start is forgotten, and is not over.</summary>
    private bool IsKnown(PolicyBook book) => book.Policy.When is not { LooksBackAt: not null } when || _began + (when.Lasts ?? Growth.Window) + StartPatience <= _now;

    private static bool StillHolds(PolicyBook book, PolicyRun run) => Meant(book, run) is not null;

    /// <summary>Which process set it off, as the latest sample has it: of an alert that names one, that one and no other that its owner has, or has got since.</summary>
    /// <returns>Null: there is none any more.</returns>
    private static string? Meant(PolicyBook book, PolicyRun run)
    {
        if (!book.Looks.TryGetValue(run.Key, out TargetLook? look) || !look.Holds) return null;
        return run.Incident is { } id && book.Incidents.TryGetValue(id, out Incident? incident) ? incident.Find(look) : look.Identity;
    }

    /// <summary>Another run, of whichever policy, is at work on the same target.</summary>
    private bool IsHeld(string key, PolicyRun? but) => _books.Values.Any(book => book.Runs.Values.Any(run => run.Key == key && run.Id != but?.Id && (run.HoldsTarget || run.IsUnderWay)));

    private void Begin(PolicyBook book, PolicyRun run, PolicyStep step)
    {
        if (step is VerifyStep verify)
        {
            Put(book, run with { Phase = RunPhase.Verifying, Deadline = _now + verify.Within });
            return;
        }
        // Only a verification goes on when its alert is resolved, and that has succeeded if there is a next step.
        if (IsResolved(book, run))
        {
            End(book, run, run.HasHarmed ? RunResult.Cured : RunResult.Cancelled, run.HasHarmed ? "it was verified, and the alert is resolved" : "the alert is resolved");
            return;
        }
        if (!_hasSampled) return; // After a start of ours: what it is like now is to be known first.
        if (IsHeld(run.Key, run))
        {
            if (run.Deadline <= _now) End(book, run, RunResult.Refused, "another policy was at work on the target all the time");
            return;
        }
        if (!run.HasHarmed && !StillHolds(book, run))
        {
            if (IsKnown(book)) End(book, run, RunResult.Cancelled, "what set it off is over");
            return;
        }
        if (step.IsHarmful && Unhealthy(book, run) is { } why)
        {
            End(book, run, RunResult.Refused, why);
            return;
        }
        if (run.Reserved == 0 && book.Left(_now) < 1)
        {
            End(book, run, RunResult.Refused, "its actions of this hour are spent (max_actions_per_hour)");
            return;
        }
        book.Budget.Spend(_now);
        if (step.IsHarmful) NoteHarm(book, run);
        PolicyRun begun = run with
        {
            IsUnderWay = true,
            IsHarming = step.IsHarmful,
            Reserved = Math.Max(0, run.Reserved - 1),
            StepBegan = _now,
            Actions = run.Actions + 1,
            Harms = run.Harms + (step.IsHarmful ? 1 : 0),
            HasRestarted = step is RestartStep || (run.HasRestarted && !step.IsHarmful),
        };
        Put(book, begun);
        // Once something was done to it, it may be another by now.
        string identity = Meant(book, run) ?? book.Looks.GetValueOrDefault(run.Key)?.Identity ?? run.Target;
        _decisions.Add(new BeginStep(book.Policy.Name, begun, step, run.Phase == RunPhase.Escalating) { Identity = identity });
    }

    /// <summary>Why too few of its group would be left, by the latest sample and what was begun since.</summary>
    private string? Unhealthy(PolicyBook book, PolicyRun run)
    {
        int least = book.Policy.Limits.MinHealthy;
        if (least <= 0) return null;
        if (!book.Looks.TryGetValue(run.Key, out TargetLook? look) || look.Group is not { } group) return "nobody can say how many like it are left (min_healthy)";
        var others = new HashSet<string>(_harmed.Keys.Where(harmed => harmed.Group == group).Select(static harmed => harmed.Key), StringComparer.Ordinal);
        foreach (PolicyBook each in _books.Values)
            foreach (PolicyRun other in each.Runs.Values.Where(static other => other is { IsUnderWay: true, HasHarmed: true }))
                if ((each.Looks.GetValueOrDefault(other.Key)?.Group ?? other.Group) == group) others.Add(other.Key);
        others.Remove(run.Key);
        int left = look.HealthyBeside - others.Sum(HealthyOf);
        return left >= least ? null : FormattableString.Invariant($"{left} of the group {group} would be left that are fit for work, and {least} must be (min_healthy)");
    }

    /// <summary>How many that something is done to may be counted as fit for work still; of whom no policy has seen anything, one.</summary>
    private int HealthyOf(string key)
    {
        // Only those who ask for it count them.
        List<TargetLook> seen = [.. _books.Values.Where(static each => each.Policy.Limits.MinHealthy > 0).Select(each => each.Looks.GetValueOrDefault(key)).OfType<TargetLook>()];
        return seen.Count > 0 ? seen.Max(static look => look.HealthyHere) : 1;
    }

    private void NoteHarm(PolicyBook book, PolicyRun run)
    {
        // What is at work on it may not see it any more, and has seen it.
        if ((book.Looks.GetValueOrDefault(run.Key)?.Group ?? run.Group) is { } group) _harmed[(group, run.Key)] = _now;
    }

    private void Finish(StepFinished finished)
    {
        if (Find(finished.Run) is not var (book, run) || !run.IsUnderWay) return;
        // What was begun, not what the policy says by now: it may have been changed meanwhile.
        bool isHarmful = run.IsHarming, isUndone = finished.Outcome is StepOutcome.Refused or StepOutcome.Skipped;
        if (isUndone) book.Budget.GiveBack(run.StepBegan);
        else book.Budget.Move(run.StepBegan, _now);
        PolicyRun ended = run with { IsUnderWay = false, IsHarming = false, Since = _now, HasSkipped = run.HasSkipped || finished.Outcome == StepOutcome.Skipped };
        if (isUndone) ended = ended with { Actions = run.Actions - 1, Harms = run.Harms - (isHarmful ? 1 : 0) };
        else if (isHarmful) NoteHarm(book, run);
        Put(book, ended);
        if (ended.Ends is { } why) EndOrLet(book, ended with { Ends = null }, why, isOver: true);
        else if (finished.Outcome == StepOutcome.Refused) End(book, ended, RunResult.Refused, finished.Why);
        // What only records is no reason to leave a target as it is.
        else if (finished.Outcome == StepOutcome.Failed && isHarmful) StepsEnded(book, ended with { HasFailed = true }, false);
        else Next(book, ended);
    }

    /// <summary>After a step that has ended.</summary>
    private void Next(PolicyBook book, PolicyRun run)
    {
        if (run.Phase == RunPhase.Steps) Put(book, run with { Step = run.Step + 1, Deadline = _now + TurnPatience });
        else if (run.Phase == RunPhase.Escalating && book.Policy.Verification is { } verify && book.Policy.Escalation[run.Escalated - 1].Step.IsHarmful) Put(book, run with { Phase = RunPhase.Verifying, Step = book.Policy.Steps.Count, HasFailed = false, Deadline = _now + verify.Within });
        else if (run.Phase == RunPhase.Escalating) StepsEnded(book, run, null);
    }

    private void Verify(PolicyBook book, PolicyRun run)
    {
        // Of an escalation its step is beyond the last: the last verification counts.
        int at = run.Step < book.Policy.Steps.Count ? run.Step : LastVerification(book.Policy);
        if (_hasSampled && IsCured(book, run, at))
        {
            if (run.Step >= book.Policy.Steps.Count - 1) StepsEnded(book, run, true);
            else Put(book, run with { Phase = RunPhase.Steps, Step = run.Step + 1, Deadline = _now + TurnPatience });
        }
        else if (run.Deadline <= _now) StepsEnded(book, run with { HasFailed = true }, false);
    }

    /// <summary>What the verification at an index asks for is so.</summary>
    private bool IsCured(PolicyBook book, PolicyRun run, int at)
    {
        bool isThere = book.Looks.TryGetValue(run.Key, out TargetLook? look);
        if (!run.HasRestarted && run.HasHarmed && !isThere) return true; // It was to end.
        if (!isThere) return false;
        if (run.HasRestarted && (look!.Identities.Contains(run.Target, StringComparer.Ordinal) || !look.IsHealthy)) return false;
        if (((VerifyStep)book.Policy.Steps[at]).Until is not null) return (look!.Until & (1u << at)) != 0;
        return run.Incident is null ? !look!.Holds && IsKnown(book) : IsResolved(book, run);
    }

    private static int LastVerification(Policy policy)
    {
        for (int i = policy.Steps.Count - 1; i >= 0; i--)
            if (policy.Steps[i] is VerifyStep) return i;
        throw new InvalidOperationException("It has none.");
    }

    /// <param name="cured">Null: nothing has told.</param>
    private void StepsEnded(PolicyBook book, PolicyRun run, bool? cured)
    {
        if (cured == true) End(book, run, RunResult.Cured, "it was verified");
        else if (IsResolved(book, run)) End(book, run, cured is null && !run.HasFailed ? RunResult.Unverified : RunResult.NotCured, "the alert is resolved, and what was to be seen after that was not");
        else if (run.Escalated < book.Policy.Escalation.Count) Put(book, run with { Phase = RunPhase.Watching, Reserved = 0, Deadline = _now + Longest(book.Policy) });
        else End(book, run, cured is null && !run.HasFailed ? RunResult.Unverified : RunResult.NotCured, cured is null ? "all steps were carried out" : "all was tried, and what set it off is not over");
    }

    /// <summary>How long is watched for what comes next.</summary>
    private static TimeSpan Longest(Policy policy) => WatchTime + policy.Escalation.Max(static escalation => escalation.After);

    private void Watch(PolicyBook book, PolicyRun run)
    {
        if (!_hasSampled) return;
        if (IsOver(book, run))
        {
            End(book, run, run.HasHarmed ? RunResult.Cured : RunResult.Cancelled, "what set it off is over");
            return;
        }
        EscalationStep next = book.Policy.Escalation[run.Escalated];
        bool isDue = run.IsUrged || run.Since + next.After <= _now;
        if (isDue && (next.When is null || (book.Looks.TryGetValue(run.Key, out TargetLook? look) && (look.Escalations & (1u << run.Escalated)) != 0)) && !IsHeld(run.Key, run) && book.Left(_now) >= 1)
        {
            if (run.Incident is { } id && book.Incidents.TryGetValue(id, out Incident? incident)) book.Incidents[id] = incident with { Escalated = run.Escalated + 1 };
            Put(book, run with { Phase = RunPhase.Escalating, Escalated = run.Escalated + 1, IsUrged = false, Deadline = _now + TurnPatience });
        }
        else if (run.Deadline <= _now) End(book, run, run.HasFailed ? RunResult.NotCured : RunResult.Unverified, "no escalation was due in time");
    }

    /// <summary>What it watches for is not needed any more.</summary>
    private bool IsOver(PolicyBook book, PolicyRun run)
    {
        if (!book.Looks.TryGetValue(run.Key, out TargetLook? look)) return !run.HasRestarted || !run.HasHarmed;
        bool asksUntil = run.HasFailed && book.Policy.Verification?.Until is not null;
        return asksUntil ? (look.Until & (1u << LastVerification(book.Policy))) != 0 && !(run.HasRestarted && look.Identities.Contains(run.Target, StringComparer.Ordinal)) : book.Policy.When is not null && !look.Holds && IsKnown(book);
    }

    /// <summary>Ends it; a step that is under way can't be called back, so then no other follows it.</summary>
    /// <param name="isOver">What set it off is: then what was done counts as having helped.</param>
    private void EndOrLet(PolicyBook book, PolicyRun run, string why, bool isOver)
    {
        if (isOver && run.HasHarmed && OnlyLooks(book, run)) return;
        if (run.IsUnderWay) Put(book, run with { Ends = run.Ends ?? why });
        else if (!run.HasHarmed) End(book, run, RunResult.Cancelled, why);
        else End(book, run, isOver && !(run.Incident is null || book.Incidents.ContainsKey(run.Incident)) ? RunResult.Cured : RunResult.Unverified, why);
    }

    /// <summary>All that is left of it is to see what has come of it. An alert is resolved as soon as the process that it names is gone: that says nothing of the one that is to be there instead.</summary>
    private static bool OnlyLooks(PolicyBook book, PolicyRun run)
    {
        if (run.Phase == RunPhase.Verifying) return true;
        int left = run.IsUnderWay ? run.Step + 1 : run.Step;
        return run.Phase == RunPhase.Steps && left < book.Policy.Steps.Count && book.Policy.Steps.Skip(left).All(static step => step is VerifyStep);
    }

    /// <summary>The alert that set it off fires no more.</summary>
    private static bool IsResolved(PolicyBook book, PolicyRun run) => run.Incident is { } incident && !book.Incidents.ContainsKey(incident);

    private void End(PolicyBook book, PolicyRun run, RunResult result, string why)
    {
        book.Runs.Remove(run.Id);
        book.IsDirty = true;
        if (run is { HasSkipped: true, HasActed: false } && result is RunResult.Unverified or RunResult.NotCured) (result, why) = (RunResult.Refused, "nothing was done: what it does would have been too much for the target or the host");
        _decisions.Add(new RunEnded(book.Policy.Name, run with { Reserved = 0 }, result, why));
        bool hasDone = run.HasActed && result is not RunResult.Refused;
        if (result is RunResult.Rejected or RunResult.Expired) Remember(book, run, RejectionPause, isUnverified: false);
        else if (run.HasActed) Remember(book, run, book.Policy.Limits.Cooldown, isUnverified: run.HasHarmed && result == RunResult.Unverified);
        if (result == RunResult.Refused) book.Refused[run.Key] = _now + RefusalPause;
        // What was refused before it was done is still to be done, though a recording may have gone before.
        bool isLeft = !run.HasActed || (!run.HasHarmed && book.Policy.Steps.Skip(run.Step).Any(static step => step.IsHarmful));
        if (isLeft && run.Step < book.Policy.Steps.Count && result is RunResult.Refused or RunResult.Cancelled && run.Incident is { } id && book.Incidents.TryGetValue(id, out Incident? incident)) book.Incidents[id] = incident with { IsHandled = false };
        if (!hasDone) return;
        if (result == RunResult.Cured)
        {
            book.Score = book.Score with { Cured = book.Score.Cured + 1 };
            book.Uncured = 0;
        }
        else if (result == RunResult.NotCured)
        {
            book.Score = book.Score with { NotCured = book.Score.NotCured + 1 };
            CountInVain(book, why);
        }
        else if (result == RunResult.Unverified) book.Score = book.Score with { Unverified = book.Score.Unverified + 1 };
    }

    private void CountInVain(PolicyBook book, string why)
    {
        book.Uncured++;
        book.IsDirty = true;
        int most = book.Policy.Limits.LatchAfter;
        if (most == 0 || book.Uncured < most || book.LatchedSince is not null || !(book.SetMode ?? book.Policy.Mode).Acts()) return;
        string text = FormattableString.Invariant($"{book.Uncured} times in a row it has cured nothing (latch_after); the last time: {why}");
        (book.LatchedSince, book.LatchedWhy, book.Configured) = (_now, text, book.Policy.Mode);
        _decisions.Add(new Latched(book.Policy.Name, text));
    }

    private void Remember(PolicyBook book, PolicyRun run, TimeSpan pause, bool isUnverified)
    {
        if (book.Targets.Count >= MostTargets && !book.Targets.ContainsKey(run.Key)) book.Targets.Remove(book.Targets.Values.MinBy(static target => target.Expires)!.Key);
        book.Targets[run.Key] = new TargetMemory(run.Key, _now + pause, _now, isUnverified);
        book.IsDirty = true;
    }
}

using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control;

/// <summary>After a crash of ours.</summary>
internal static class Recovery
{
    /// <summary>What is to be done after a start: actions that were open when we ended can't be known to have been done.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="LedgerException">They can't be closed.</exception>
    public static async Task<int> CloseInterruptedAsync(ActionLedger ledger, ProcFs proc, TimeProvider time)
    {
        foreach (ActionRecord open in ledger.LeftOpen)
        {
            string now = "whom it was aimed at is not known";
            if (ProcessIdentity.TryParse(open.Intent.Target, out ProcessIdentity identity))
            {
                using HeldProcess? held = HeldProcess.Open(proc, identity, out string? why);
                now = held is null ? why! : "its target lives on";
            }
            else if (ChildName.Parse(open.Intent.Target) is not null) now = "its supervisor says how the child is (process-arsenal supervisors)";
            await ledger.Close(open.Id, new Outcome(OutcomeKind.Interrupted, time.GetUtcNow()) { Reason = $"the exporter ended before what came of it was recorded; {now}" }).ConfigureAwait(false);
        }
        return ledger.LeftOpen.Count;
    }
}

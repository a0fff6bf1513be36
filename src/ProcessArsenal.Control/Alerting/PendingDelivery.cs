namespace ProcessArsenal.Control.Alerting;

/// <summary>A delivery that waits to be recorded, with what is asked of each of its alerts beforehand: the thread that writes asks nobody.</summary>
/// <param name="whyNotUs">Why it is not about this host; null if it is.</param>
/// <param name="isMatched">A policy is about it.</param>
internal sealed class PendingDelivery(AlertmanagerMessage message, string?[] whyNotUs, bool[] isMatched)
{
    private readonly TaskCompletionSource<DeliveryReceipt> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AlertmanagerMessage Message => message;

    public string?[] WhyNotUs => whyNotUs;

    public bool[] IsMatched => isMatched;

    /// <summary>Set by the thread that writes; it counts once the transaction is committed.</summary>
    public DeliveryReceipt? Receipt { get; set; }

    /// <summary>The same, if there is no room for what would follow from it.</summary>
    public Ledger.LedgerException? Refused { get; set; }

    public Task<DeliveryReceipt> Answer => _answer.Task;

    /// <param name="fault">Why the transaction failed; null: it is on the disk.</param>
    public void Complete(Exception? fault)
    {
        if ((fault ?? Refused) is { } wrong) _answer.TrySetException(wrong);
        else _answer.TrySetResult(Receipt!);
    }
}

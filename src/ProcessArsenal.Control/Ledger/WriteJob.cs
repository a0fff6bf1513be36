namespace ProcessArsenal.Control.Ledger;

/// <summary>Something that waits for the writer. Whoever asked may give up meanwhile: either the answer reaches him, or he is told that it came too late.</summary>
internal abstract class WriteJob
{
    /// <summary>Whether nobody waits for it any more.</summary>
    public abstract bool IsGivenUp { get; }

    public abstract void Do(AuditLog log);

    /// <summary>Hands over what came of it.</summary>
    /// <returns>False if nobody waits for it any more: then it is to be undone.</returns>
    public abstract bool TryComplete();

    public abstract void Undo(AuditLog log);

    public abstract void Fail(LedgerException fault);
}

/// <inheritdoc/>
/// <param name="work">What is written, in a transaction.</param>
/// <param name="undo">What is written afterwards, in another, if the answer came too late.</param>
internal sealed class WriteJob<T>(Func<AuditLog, T> work, Action<AuditLog, T>? undo) : WriteJob
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Answer => _answer.Task;

    public override bool IsGivenUp => _answer.Task.IsCompleted;

    public override void Do(AuditLog log) => _result = work(log);

    public override bool TryComplete() => _answer.TrySetResult(_result);

    public override void Undo(AuditLog log) => undo?.Invoke(log, _result);

    public override void Fail(LedgerException fault) => _answer.TrySetException(fault);
}

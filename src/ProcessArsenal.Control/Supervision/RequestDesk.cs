namespace ProcessArsenal.Control.Supervision;

/// <summary>Those who have asked a supervisor for something and wait until it is so: so many at a time, and each for so long.</summary>
internal sealed class RequestDesk(TimeProvider time)
{
    /// <summary>Why one is not let in.</summary>
    public static readonly string TooMany = $"{Supervisor.MostRequests} requests wait already: try again later";

    private readonly List<Pending> _pending = []; // The loop's.
    private int _asked;

    /// <summary>Counts one in, if there is room.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _asked) <= Supervisor.MostRequests) return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _asked);

    /// <summary>Has something done, and waits until it has come about. From any thread.</summary>
    /// <param name="tell">Has the loop do something; false if it has ended.</param>
    /// <param name="act">By the loop.</param>
    /// <param name="answer">By the loop, after each change: null as long as it has not come about.</param>
    /// <exception cref="OperationCanceledException"/>
    public async Task<ChildAnswer> AskAsync(Func<Action, bool> tell, Action act, Func<ChildAnswer?> answer, TimeSpan patience, CancellationToken cancellation)
    {
        if (!TryEnter()) return new ChildAnswer(TooMany);
        var pending = new Pending(answer);
        try
        {
            bool isTold = tell(() =>
            {
                if (pending.Source.Task.IsCompleted) return; // Nobody waits any more: nothing is done behind his back.
                act();
                _pending.Add(pending);
            });
            if (!isTold) return new ChildAnswer("the supervision has ended");
            return await pending.Source.Task.WaitAsync(patience, time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new ChildAnswer(FormattableString.Invariant($"it was not done within {patience.TotalSeconds} s, and goes on"));
        }
        finally
        {
            pending.Source.TrySetCanceled(CancellationToken.None);
            Leave();
        }
    }

    /// <summary>Answers those for whom it has come about. By the loop.</summary>
    public void AnswerAll()
    {
        foreach (Pending pending in _pending)
            if (pending.Answer() is { } done) pending.Source.TrySetResult(done);
        _pending.RemoveAll(pending => pending.Source.Task.IsCompleted);
    }

    /// <summary>Answers all: it will not come about. By the loop.</summary>
    public void End()
    {
        foreach (Pending pending in _pending) pending.Source.TrySetResult(new ChildAnswer("the supervision ends"));
    }

    private sealed record Pending(Func<ChildAnswer?> Answer)
    {
        public TaskCompletionSource<ChildAnswer> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Notices that a target has let go of our filter: there is one in a process, another tool has replaced it, or has ended and taken it along. Then
/// the target serves requests, which its meters count, and tells of none.</summary>
internal sealed class FilterWatch
{
    /// <summary>Intervals with requests of which nothing was told. One is not enough: a request is counted a moment before it is told of, and what is told may
    /// be late by an interval.</summary>
    public const int Patience = 3;

    private (long Signs, long Requests)? _before;
    private long _told, _suspected;
    private int _silent;

    /// <summary>It has been taken. Stays so until the target tells something again.</summary>
    public bool IsTaken => _silent >= Patience;

    /// <summary>Requests of which nothing was told since it was taken, at least: not those of the interval in which that happened.</summary>
    public long Untold { get; private set; }

    /// <summary>An interval of the meters has ended.</summary>
    /// <param name="requests">By the meters, so far.</param>
    /// <param name="foreign">Events that somebody else asked for, so far. They too show that there was something to tell.</param>
    /// <param name="told">Events that our filter brought, so far.</param>
    public void EndInterval(long requests, long foreign, long told)
    {
        long signs = requests + foreign;
        // The first only says where to count from: a session may have been begun with a meter that counted before.
        if (told != _told) (_silent, _suspected) = (0, 0);
        else if (_before is { } before && signs > before.Signs)
        {
            _silent = Math.Min(_silent + 1, Patience);
            _suspected += requests - before.Requests;
        }
        if (IsTaken) (Untold, _suspected) = (Untold + _suspected, 0);
        (_before, _told) = ((signs, requests), told);
    }
}

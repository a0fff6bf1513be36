namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Notices that a target has let go of our filter: there is one in a process, another tool has replaced it, or has ended and taken it along. Then
/// the target serves requests, which its meters count, and tells of none.</summary>
internal sealed class FilterWatch
{
    /// <summary>Intervals with requests of which nothing was told. One is not enough: a request is counted a moment before it is told of, and what is told may
    /// be late by an interval.</summary>
    public const int Patience = 3;

    private long? _signs;
    private long _told;
    private int _silent;

    /// <summary>It has been taken. Stays so until the target tells something again.</summary>
    public bool IsTaken => _silent >= Patience;

    /// <summary>An interval of the meters has ended.</summary>
    /// <param name="signs">What shows that there was something to tell, so far: requests by the meters, and events that somebody else asked for.</param>
    /// <param name="told">Events that our filter brought, so far.</param>
    public void EndInterval(long signs, long told)
    {
        // The first only says where to count from: a session may have been begun with a meter that counted before.
        if (told != _told) _silent = 0;
        else if (_signs is { } before && signs > before) _silent = Math.Min(_silent + 1, Patience);
        (_signs, _told) = (signs, told);
    }
}

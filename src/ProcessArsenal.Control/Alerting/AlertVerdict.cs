namespace ProcessArsenal.Control.Alerting;

/// <summary>What becomes of an alert of a delivery. What guards say of an action comes later: /api/v1/actions.</summary>
public enum AlertVerdict : byte
{
    /// <summary>It is new, or it is the end of one that was accepted: policies are told.</summary>
    Accepted,

    /// <summary>It is known already, by another replica or an earlier delivery: nothing follows from it.</summary>
    Duplicate,

    /// <summary>It goes on after it was accepted: what was done did not cure it, and policies are told that.</summary>
    Repeat,

    /// <summary>It began too long ago for a first delivery: nothing follows from it.</summary>
    Stale,

    /// <summary>Its labels do not name this host: nothing follows from it.</summary>
    NotForUs,

    /// <summary>No policy is about it: it is kept to be looked at.</summary>
    NoPolicy,
}

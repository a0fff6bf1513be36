using System.Text.Json.Serialization;

namespace ProcessArsenal.Control.Ledger;

/// <summary>How an action ended. The names are what is written in the ledger: they stay.</summary>
public enum OutcomeKind : byte
{
    /// <summary>Done, and seen to be done.</summary>
    [JsonStringEnumMemberName("succeeded")]
    Succeeded,

    /// <summary>Tried in vain.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>A guard said no: nothing was done.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>Only shown what would have been done: preview, dry run, observe.</summary>
    [JsonStringEnumMemberName("not_done")]
    NotDone,

    /// <summary>Taken back before anything was done: alert resolved, approval rejected or expired.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>We ended in between, or its intent was recorded too late: what was done is not known, or nothing was; the reason says which.</summary>
    [JsonStringEnumMemberName("interrupted")]
    Interrupted,
}

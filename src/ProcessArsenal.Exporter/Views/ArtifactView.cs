using ProcessArsenal.Control.Artifacts;

namespace ProcessArsenal.Exporter.Views;

/// <summary>A file that an action has left.</summary>
/// <param name="Id">As it is asked for.</param>
/// <param name="Kind">trace: a recording (.nettrace); dump: memory, and so its secrets; evidence: what was known of the process (.tar.gz).</param>
/// <param name="Action">Number of the action in the ledger.</param>
/// <param name="Identity">Of the process.</param>
/// <param name="Name">Of the process; it chose that itself.</param>
/// <param name="Bytes">So far.</param>
/// <param name="IsWhole">Nothing is written to it any more, and it has all; what is wrong with it else is said by its kind's own route.</param>
/// <param name="Sha256">In hexadecimal digits; null as long as it is written.</param>
internal sealed record ArtifactView(string Id, string Kind, long Action, string Identity, int Pid, string Name, DateTimeOffset Began, long Bytes, bool IsWhole, string? Sha256)
{
    public static ArtifactView Of(ArtifactRecord record) =>
        new(record.Id, record.Kind, record.Action, record.Identity, record.Pid, record.Name, record.Began, record.Bytes, record is { IsDone: true, Wrong: null }, record.Sha256);
}

/// <summary>Files that actions have left, the latest first.</summary>
internal sealed record ArtifactListView(IReadOnlyList<ArtifactView> Artifacts);

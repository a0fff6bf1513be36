using ProcessArsenal.Control.Dumps;

namespace ProcessArsenal.Exporter.Views;

/// <summary>A dump.</summary>
/// <param name="Id">As it is asked for: the number of the action in the ledger.</param>
/// <param name="Identity">Of the process.</param>
/// <param name="Name">Of the process; it chose that itself.</param>
/// <param name="Type">Which type of dump.</param>
/// <param name="Expected">Bytes that were expected.</param>
/// <param name="Bytes">So far.</param>
/// <param name="Duration">How long it took, seconds; null as long as it goes on.</param>
/// <param name="Freeze">How long the process stood still for it, so far, seconds.</param>
/// <param name="MaxFreeze">How long it may have, seconds.</param>
/// <param name="Wrong">What is wrong with it, in words; null if it is whole.</param>
/// <param name="Sha256">In hexadecimal digits; null as long as it is written.</param>
internal sealed record DumpView(
    string Id, string Identity, int Pid, string Name, string Type, DumpState State, DateTimeOffset Began, long Expected, long Bytes, double? Duration, double? Freeze, double MaxFreeze, string? Wrong, string? Sha256)
{
    public static DumpView Of(DumpRecord record) => new(
        record.Id, record.Identity, record.Pid, record.Name, record.Type, record.State, record.Began, record.Expected, record.Bytes, record.Duration, record.Freeze, record.MaxFreeze, record.Wrong, record.Sha256);
}

/// <summary>Dumps, the latest first.</summary>
internal sealed record DumpListView(IReadOnlyList<DumpView> Dumps);

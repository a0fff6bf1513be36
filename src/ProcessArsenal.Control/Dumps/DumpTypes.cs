namespace ProcessArsenal.Control.Dumps;

/// <summary>Every type of dump, in the order of help.</summary>
internal static class DumpTypes
{
    public static readonly DumpType[] All =
    [
        new RuntimeDump("mini", "threads and their stacks, for a crash or a hang", Microsoft.Diagnostics.NETCore.Client.DumpType.Normal),
        new RuntimeDump("triage", "the same with less that tells of data", Microsoft.Diagnostics.NETCore.Client.DumpType.Triage),
        new RuntimeDump("heap", "and all objects, for what fills the memory of a .NET process", Microsoft.Diagnostics.NETCore.Client.DumpType.WithHeap),
        new RuntimeDump("full", "all of the memory of a .NET process", Microsoft.Diagnostics.NETCore.Client.DumpType.Full),
        new CoreDump(),
        new GcHeapDump(),
    ];

    /// <returns>Null if there is none.</returns>
    public static DumpType? Find(string name) => Array.Find(All, type => type.Name == name);
}

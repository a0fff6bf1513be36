namespace ProcessArsenal.Control.Supervision;

/// <summary>Where the files of a child are.</summary>
internal readonly record struct ChildFiles(string Input, string Log);

using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Redaction;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>The environment that a process was started with, without what may be a secret.</summary>
internal static class EnvironmentInspection
{
    /// <returns>The variables, null if they can't be read, and how many were left out, null for none.</returns>
    public static (IReadOnlyList<EnvironmentVariable>?, int?) Read(InspectionRun run)
    {
        ProcessDirectory directory = run.Directory;
        int most = run.Options.MostVariables;
        if (!run.TryRead(() => (directory.ReadEnvironment(text => Make(text, most), out (List<EnvironmentVariable> List, int Count) read), read), out (ReadOutcome Outcome, (List<EnvironmentVariable> List, int Count) Read) answer))
        {
            run.Late("environment");
            return (null, null);
        }
        if (!run.IsOk(answer.Outcome, "environment", InspectionRun.Ptrace)) return (null, null);
        (List<EnvironmentVariable> list, int count) = answer.Read;
        return ([.. list.Select(variable => variable with { Name = run.Cut(variable.Name), Value = variable.Value is { } value ? run.Cut(value) : null })],
            count > list.Count ? count - list.Count : null);
    }

    private static (List<EnvironmentVariable>, int) Make(ReadOnlySpan<byte> text, int most)
    {
        List<KeyValuePair<string, string>> entries = ProcEnviron.List(text, most, out int count);
        return ([.. entries.Select(static entry => new EnvironmentVariable(entry.Key, EnvironmentRedaction.Show(entry.Key, entry.Value), entry.Value.Length))], count);
    }
}

using System.Text;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>Configurations in the words of a user. Groups are declared, so that each counter begins at a visible 0.</summary>
internal static class Configurations
{
    /// <summary>One declared group per executable name. Names of executables, because a machine may run the tests inside a unit.</summary>
    public static string GroupsByExecutable(string interval, params string[] names)
    {
        StringBuilder text = new($"sampling: {{ interval: {interval} }}\ngroups:\n  rules:\n");
        foreach (string name in names)
            text.Append("    - { name: ").Append(name).Append(", exe: [").Append(name).Append("] }\n");
        return text.Append("dotnet: { attach: none }\n").ToString(); // Else it would listen to the tests themselves.
    }

    /// <summary>The same, and every process of those groups has series of its own.</summary>
    public static string WatchedByExecutable(string interval, params string[] names)
    {
        StringBuilder text = new(GroupsByExecutable(interval, names));
        text.Append("watch:\n");
        foreach (string name in names)
            text.Append("  - 'group = \"").Append(name).Append("\"'\n");
        return text.Append("per_process: { top: 0, max: 1000 }\n").ToString();
    }
}

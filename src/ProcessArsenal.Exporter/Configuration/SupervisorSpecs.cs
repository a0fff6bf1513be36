using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>Compares supervisors in full: what is shown of them leaves out what may be a secret, and records compare lists by reference.</summary>
internal static class SupervisorSpecs
{
    private static readonly Dictionary<string, string> Nothing = [];
    private static readonly ChildSpec[] Nobody = [];
    private static readonly string[] NoWords = [];

    public static bool AreSame(IReadOnlyList<SupervisorSpec> some, IReadOnlyList<SupervisorSpec> others) => some.Count == others.Count && some.Zip(others, AreSame).All(static same => same);

    private static bool AreSame(SupervisorSpec one, SupervisorSpec other) =>
        one with { Children = Nobody } == other with { Children = Nobody } && one.Children.Count == other.Children.Count && one.Children.Zip(other.Children, AreSame).All(static same => same);

    private static bool AreSame(ChildSpec one, ChildSpec other) =>
        Plain(one) == Plain(other) && one.Command.SequenceEqual(other.Command) && one.Health?.Http.OriginalString == other.Health?.Http.OriginalString
        && one.Environment.Count == other.Environment.Count && one.Environment.All(variable => other.Environment.TryGetValue(variable.Key, out string? value) && value == variable.Value);

    private static ChildSpec Plain(ChildSpec child) => child with { Command = NoWords, Environment = Nothing };
}

namespace ProcessArsenal.Control.Alerting.Raising;

/// <summary>By what alerts of our own are known where they come back to us: Alertmanager may deliver them to the very exporter that raised them, or to another.</summary>
public static class OwnAlerts
{
    /// <summary>Every alert that an exporter raises has this label. Those that are to be acted upon have another value of it (<c>act</c>, alerts/alertmanager.yml).</summary>
    public const string Label = "process_arsenal", Value = "raised";

    /// <summary>A policy, or a supervisor of ours, has given up and waits for somebody.</summary>
    public const string PolicyLatched = "ProcessArsenalPolicyLatched", SupervisorLatched = "ProcessArsenalSupervisorLatched";

    /// <summary>Why nothing follows from one.</summary>
    public const string WhyNot = $"we raised it ourselves ({Label}={Value}), and no policy is set off by such an alert, or one might set off itself";

    /// <summary>Names that alerts of policies may not have, as they are others'.</summary>
    public static readonly IReadOnlyList<string> Reserved = [PolicyLatched, SupervisorLatched];

    /// <summary>Whether an alert with these labels was raised by an exporter.</summary>
    public static bool Is(IReadOnlyDictionary<string, string> labels) => labels.GetValueOrDefault(Label) == Value;
}

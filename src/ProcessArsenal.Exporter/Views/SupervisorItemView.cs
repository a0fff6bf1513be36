using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Exporter.Views;

/// <summary>One who starts processes again. What only our own have is null for the others.</summary>
/// <param name="Kind">systemd, container, kubelet, the name of a program; process-arsenal: one of our own.</param>
/// <param name="Restart">How its processes are started again, as a command; null if that is not known.</param>
/// <param name="ChildCount">Processes that it would start again, and theirs; of our own: its children.</param>
/// <param name="Children">At most 50; of our own all.</param>
internal sealed record SupervisorItemView(string Kind, string Name, string? Restart, int ChildCount, IReadOnlyList<SupervisedView> Children)
{
    public const string OwnKind = "process-arsenal";

    public string? Strategy { get; init; }

    public int? MaxRestarts { get; init; }
    public int? MaxSeconds { get; init; }

    /// <summary>Failures within the last max_seconds.</summary>
    public int? RecentFailures { get; init; }

    public bool? Latched { get; init; }
    public DateTimeOffset? LatchedSince { get; init; }
    public string? LatchedWhy { get; init; }

    /// <summary>Children of an earlier configuration that still run: they are left alone.</summary>
    public IReadOnlyList<SupervisedView>? Unconfigured { get; init; }

    /// <summary>What is wrong with its record.</summary>
    public string? Trouble { get; init; }

    public static SupervisorItemView Of(Telemetry.Analysis.Supervisor other) => new(other.Kind, other.Name, other.Restart, other.ChildCount, [.. other.Children.Select(SupervisedView.Of)]);

    public static SupervisorItemView Of(Supervisor own)
    {
        SupervisorView view = own.View;
        return new SupervisorItemView(OwnKind, view.Name, $"process-arsenal restart {view.Name}/CHILD", view.Children.Count, [.. view.Children.Zip(own.Spec.Children, SupervisedView.Of)])
        {
            Strategy = SupervisedView.Words(view.Strategy),
            MaxRestarts = view.MaxRestarts,
            MaxSeconds = view.MaxSeconds,
            RecentFailures = view.RestartsWithin,
            Latched = view.LatchedSince is not null,
            LatchedSince = view.LatchedSince,
            LatchedWhy = view.LatchedWhy,
            Unconfigured = view.Unconfigured.Count == 0 ? null : [.. view.Unconfigured.Select(SupervisedView.Of)],
            Trouble = view.Trouble,
        };
    }
}

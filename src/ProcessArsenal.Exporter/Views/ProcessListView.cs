namespace ProcessArsenal.Exporter.Views;

/// <summary>A page of a list of processes.</summary>
/// <param name="Time">When they were sampled.</param>
/// <param name="Tick">Samples of all processes since the program began.</param>
/// <param name="Total">How many there are on all pages, of those that are asked for.</param>
/// <param name="Processes">In the order that is asked for.</param>
/// <param name="Next">To be given as <c>cursor</c> for the next page; null on the last.</param>
internal sealed record ProcessListView(DateTimeOffset Time, long Tick, int Total, IReadOnlyList<ProcessView> Processes, string? Next);

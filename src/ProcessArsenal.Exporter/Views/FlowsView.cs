using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Exporter.Views;

/// <summary>Who sent how much to whom. What is not known is null.</summary>
/// <param name="WindowSeconds">How long was watched.</param>
/// <param name="Flows">Most bytes first; then those of which no bytes are told.</param>
/// <param name="Other">What there was no room to tell apart.</param>
/// <param name="LostMessages">Connections whose end was not told: what went through after they were last seen is missing.</param>
/// <param name="Unavailable">What was not seen, and what it takes.</param>
internal sealed record FlowsView(double WindowSeconds, IReadOnlyList<FlowPair> Flows, FlowRemainder? Other, long LostMessages, IReadOnlyList<Unavailable> Unavailable)
{
    public static FlowsView Of(FlowReport report) => new(Math.Round(report.Window.TotalSeconds, 3), report.Pairs, report.Other, report.LostMessages, report.Unavailable);
}

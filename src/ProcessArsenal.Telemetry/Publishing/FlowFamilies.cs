using ProcessArsenal.Telemetry.Flows;

namespace ProcessArsenal.Telemetry.Publishing;

/// <summary>Who sends how much to whom, where that is watched.</summary>
internal static class FlowFamilies
{
    private static readonly FamilyText Bytes = new(
        "process_flow_bytes_total", "counter", "bytes", "Payload that processes of one group sent to those of another by TCP and that arrived, since the exporter began to watch.");

    public static void Write(ref ExpositionWriter writer, FlowCounterRow[]? rows)
    {
        if (rows is null) return;
        writer.Family(Bytes);
        foreach (FlowCounterRow row in rows) writer.Sample(Bytes.Series[0], row.Labels, row.Bytes);
    }
}

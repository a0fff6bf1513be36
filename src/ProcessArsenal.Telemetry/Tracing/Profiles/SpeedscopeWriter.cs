using System.Globalization;
using System.Text.Json;

namespace ProcessArsenal.Telemetry.Tracing.Profiles;

/// <summary>The form of speedscope (<see href="https://www.speedscope.app/file-format-schema.json"/>): a profile for each thread, the busiest first. Stacks
/// are added up, so their order says nothing of time.</summary>
internal static class SpeedscopeWriter
{
    public static void Write(StackProfile profile, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        double[] seconds = profile.Seconds();
        json.WriteStartObject();
        json.WriteString("$schema", "https://www.speedscope.app/file-format-schema.json");
        json.WriteString("exporter", "process-arsenal");
        json.WriteString("name", string.Create(CultureInfo.InvariantCulture, $"CPU time, {profile.Began:yyyy-MM-dd HH:mm:ss}Z, {profile.Duration.TotalSeconds:0.#} s"));
        json.WriteNumber("activeProfileIndex", 0);
        json.WriteStartObject("shared");
        json.WriteStartArray("frames");
        foreach (string method in profile.Methods)
        {
            json.WriteStartObject();
            json.WriteString("name", method);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("profiles");
        IEnumerable<IGrouping<int, int>> threads = Enumerable.Range(0, seconds.Length).Where(i => seconds[i] > 0).GroupBy(i => profile.Stacks[i].Thread);
        foreach (IGrouping<int, int> thread in threads.OrderByDescending(thread => thread.Sum(i => seconds[i])).ThenBy(static thread => thread.Key)) WriteThread(json, profile, seconds, thread);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteThread(Utf8JsonWriter json, StackProfile profile, double[] seconds, IGrouping<int, int> thread)
    {
        json.WriteStartObject();
        json.WriteString("type", "sampled");
        json.WriteString("name", string.Create(CultureInfo.InvariantCulture, $"thread {thread.Key}"));
        json.WriteString("unit", "seconds");
        json.WriteNumber("startValue", 0);
        json.WriteNumber("endValue", thread.Sum(i => seconds[i]));
        json.WriteStartArray("samples");
        foreach (int i in thread)
        {
            json.WriteStartArray();
            foreach (int frame in profile.Stacks[i].Frames) json.WriteNumberValue(frame);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteStartArray("weights");
        foreach (int i in thread) json.WriteNumberValue(seconds[i]);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

using System.IO.Compression;
using ProcessArsenal.Telemetry.Publishing.Otlp;

namespace ProcessArsenal.Telemetry.Tracing.Profiles;

/// <summary>The form of pprof (<see href="https://github.com/google/pprof/blob/main/proto/profile.proto"/>), compressed with gzip.</summary>
internal static class PprofWriter
{
    // Fields of Profile.
    private const int SampleType = 1, Sample = 2, Location = 4, Function = 5, StringTable = 6, TimeNanos = 9, DurationNanos = 10, PeriodType = 11, Period = 12;

    public static void Write(StackProfile profile, Stream stream)
    {
        var writer = new ProtobufWriter();
        string[] texts = ["", "samples", "count", "cpu", "nanoseconds", "thread"]; // The first is empty by the format.
        WriteType(writer, SampleType, 1, 2);
        WriteType(writer, SampleType, 3, 4);
        double[] seconds = profile.Seconds();
        for (int i = 0; i < seconds.Length; i++)
            if (seconds[i] > 0) WriteSample(writer, profile.Stacks[i], seconds[i]);
        for (int i = 0; i < profile.Methods.Count; i++)
        {
            ulong id = (ulong)i + 1;
            OpenMessage location = writer.BeginMessage(Location, 10);
            writer.WriteVarint(1, id);
            OpenMessage line = writer.BeginMessage(4, 3);
            writer.WriteVarint(1, id);
            writer.EndMessage(line);
            writer.EndMessage(location);
            OpenMessage function = writer.BeginMessage(Function, 10);
            writer.WriteVarint(1, id);
            writer.WriteVarint(2, (ulong)(texts.Length + i));
            writer.EndMessage(function);
        }
        foreach (string text in texts) writer.WriteString(StringTable, text);
        foreach (string method in profile.Methods) writer.WriteString(StringTable, method);
        writer.WriteVarint(TimeNanos, (ulong)(profile.Began - DateTimeOffset.UnixEpoch).Ticks * 100);
        writer.WriteVarint(DurationNanos, (ulong)profile.Duration.Ticks * 100);
        WriteType(writer, PeriodType, 3, 4);
        writer.WriteVarint(Period, (ulong)profile.Interval.Ticks * 100);
        using var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true);
        gzip.Write(writer.Written);
    }

    private static void WriteType(ProtobufWriter writer, int field, ulong type, ulong unit)
    {
        OpenMessage message = writer.BeginMessage(field, 4);
        writer.WriteVarint(1, type);
        writer.WriteVarint(2, unit);
        writer.EndMessage(message);
    }

    private static void WriteSample(ProtobufWriter writer, in StackCount stack, double seconds)
    {
        OpenMessage sample = writer.BeginMessage(Sample);
        OpenMessage locations = writer.BeginMessage(1);
        for (int i = stack.Frames.Length - 1; i >= 0; i--) writer.AddVarint((ulong)stack.Frames[i] + 1); // The innermost first.
        writer.EndMessage(locations);
        OpenMessage values = writer.BeginMessage(2, 10);
        writer.AddVarint((ulong)stack.Running);
        writer.AddVarint((ulong)Math.Round(seconds * 1e9));
        writer.EndMessage(values);
        OpenMessage label = writer.BeginMessage(3, 6);
        writer.WriteVarint(1, 5);
        writer.WriteVarint(3, (ulong)stack.Thread);
        writer.EndMessage(label);
        writer.EndMessage(sample);
    }
}

using System.Globalization;
using System.Text;

namespace ProcessArsenal.Telemetry.Tracing.Profiles;

/// <summary>One stack a line, the outermost method first, parted by semicolons; after a blank its CPU time in microseconds.</summary>
internal static class FoldedWriter
{
    public static void Write(StackProfile profile, Stream stream)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        double[] seconds = profile.Seconds();
        string[] names = [.. profile.Methods.Select(static name => name.Replace(';', ':').ReplaceLineEndings(" "))];
        var same = new Dictionary<string, double>(StringComparer.Ordinal); // Of several threads.
        for (int i = 0; i < seconds.Length; i++)
        {
            if (seconds[i] == 0) continue;
            string line = string.Join(';', profile.Stacks[i].Frames.Select(frame => names[frame]));
            same[line] = same.GetValueOrDefault(line) + seconds[i];
        }
        foreach ((string line, double time) in same.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line} {Math.Max(1, Math.Round(time * 1e6)):0}"));
    }
}

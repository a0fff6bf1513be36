using System.Globalization;

namespace ProcessArsenal.Telemetry.Tests.Analysis;

/// <summary>What scripts/record-host.sh wrote.</summary>
/// <param name="Interval">Seconds between two samples.</param>
/// <param name="Samples">What changed, one after the other.</param>
internal sealed record HostRecording(int Interval, IReadOnlyList<HostSample> Samples)
{
    public int Ticks => Samples.Count;

    public static HostRecording Read(string file)
    {
        int interval = 0;
        var samples = new List<HostSample>();
        foreach (string line in File.ReadLines(file))
        {
            string[] words = line.Split('\t');
            switch (words[0])
            {
                case "interval":
                    interval = (int)Number(words[1]);
                    break;
                case "tick":
                    samples.Add(new HostSample([], [], []));
                    break;
                case "process":
                    samples[^1].Begun.Add(new RecordedProcess((int)Number(words[1]), (int)Number(words[2]), (int)Number(words[3]), (int)Number(words[4]), Number(words[5]), (uint)Number(words[6]), Number(words[7]), words[8], words[9]));
                    break;
                case "exit":
                    samples[^1].Ended.Add((int)Number(words[1]));
                    break;
                default:
                    samples[^1].Changed.Add(((int)Number(words[0]), words[1][0], [.. words[2..].Select(Number)]));
                    break;
            }
        }
        return new HostRecording(interval, samples);
    }

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}

/// <param name="Changed">State; minor and major faults, user and system ticks, threads, size and resident pages, descriptors, bytes read and written, nanoseconds run and
/// waited.</param>
internal sealed record HostSample(List<RecordedProcess> Begun, List<(int Pid, char State, ulong[] Values)> Changed, List<int> Ended);

internal sealed record RecordedProcess(int Pid, int ParentPid, int ProcessGroup, int Session, ulong StartTicks, uint UserId, ulong DescriptorLimit, string Name, string Executable);
